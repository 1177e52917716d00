import Adapters
import AdapterSamples
import Containers
import JSON
import Spectra
import Tensors
import Testing
import TestSupport

/// What is done to one module of an adapter of twelve layers, and what is found of it.
private struct Strangeness: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let layer: Int
  let bend: @Sendable (_ down: [Float], _ up: [Float]) -> (down: [Float], up: [Float])
  let kinds: [AdapterAudit.Finding.Kind]
}

private let rank = 4
private let side = 64

private let strange = [
  Strangeness(
    testDescription: "eight times as large", layer: 3,
    bend: { ($0, $1.map { $0 * 8 }) }, kinds: [.norm]),
  Strangeness(
    testDescription: "an eighth as large", layer: 11,
    bend: { ($0, $1.map { $0 / 8 }) }, kinds: [.norm]),
  Strangeness(
    testDescription: "one direction", layer: 5,
    bend: { down, up in (down, up.enumerated().map { $0 % rank == 0 ? $1 * 2 : 0 }) },
    kinds: [.stableRank]),
  Strangeness(
    testDescription: "one output", layer: 7,
    bend: { down, up in (down, up.enumerated().map { $0 / rank == 9 ? 8 : $1 / 64 }) },
    kinds: [.stableRank, .outputs]),
  Strangeness(
    testDescription: "one input", layer: 0,
    bend: { down, up in (down.enumerated().map { $0 % side == 9 ? 8 : $1 / 64 }, up) },
    kinds: [.stableRank, .inputs]),
  Strangeness(
    testDescription: "nothing", layer: 2, bend: { ($0, $1.map { $0 * 0 }) }, kinds: [.idle]),
]

struct AdapterAuditTests {
  private func audit(
    _ seed: UInt64, leavingOut left: Int? = nil, _ strangeness: Strangeness? = nil
  ) throws -> AdapterAudit {
    try ScratchFolder.with { scratch in
      let layers = (0..<12).filter { $0 != left }
      var sample = SampleAdapter(
        layers.map { ("model.layers.\($0).proj", side, side) }, seed: seed)
      var generator = Generator(seed: seed)
      sample.settings[1] = ("r", .number(JSONNumber(rank)))
      sample.tensors = sample.tensors.map { name, _ in
        let shape: Shape = name.contains("lora_A") ? [rank, side] : [side, rank]
        return (name, SampleAdapter.random(shape, 0.1, &generator))
      }
      if let strangeness {
        let at = strangeness.layer * 2
        let (down, up) = strangeness.bend(
          sample.tensors[at].tensor.floats ?? [], sample.tensors[at + 1].tensor.floats ?? [])
        sample.tensors[at].tensor = Tensor(down, shape: [rank, side])
        sample.tensors[at + 1].tensor = Tensor(up, shape: [side, rank])
      }
      try sample.write(to: scratch.path("adapter"))
      return try AdapterAudit(try AdapterFile.open(scratch.path("adapter")), threads: 2)
    }
  }

  @Test(arguments: strange)
  private func `a module that is not like its family is named, with what is strange`(
    _ strangeness: Strangeness
  ) throws {
    let found = try audit(5, strangeness).findings.filter {
      $0.subject == "model.layers.\(strangeness.layer).proj"
    }
    for kind in strangeness.kinds {
      #expect(found.contains { $0.kind == kind }, "\(found.map(\.sentence))")
    }
    #expect(try audit(5, strangeness).findings.count == found.count, "others are named too")
  }

  @Test func `of a hundred ordinary adapters nothing is said`() throws {
    for seed in 0..<100 as Range<UInt64> {
      let findings = try audit(seed).findings
      #expect(findings.isEmpty, "seed \(seed): \(findings.map(\.sentence))")
    }
  }

  @Test func `a layer that was left out is named`() throws {
    let findings = try audit(1, leavingOut: 6).findings
    #expect(findings.map(\.kind) == [.gap])
    #expect(findings[0].sentence == "no update in layer 6")
  }
}
