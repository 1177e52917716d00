import Adapters
import AdapterSamples
import Containers
import Kernels
import Merging
import Spectra
import Tensors
import Testing
import TestSupport

@Suite struct ExtractTests {
  /// Extracts, writes, and merges the result back into the base.
  private func roundTrip(
    base: Checkpoint, tuned: Checkpoint, _ ranks: RankChoice, in scratch: ScratchFolder
  ) throws -> (extraction: Extraction, merged: Checkpoint, adapter: Adapter) {
    let extraction = try Extract(base: base, tuned: tuned, ranks: ranks, threads: 2).run()
    let path = scratch.path("extracted")
    try extraction.write(
      to: path, options: OutputOptions(force: true, synchronizes: false), threads: 1)
    let adapter = try AdapterFile.open(path)
    _ = try Merge(
      [WeightedAdapter(adapter)], into: base, to: .forTests(scratch.path("again"), like: base)
    ).run()
    return (extraction, try Checkpoint.open(scratch.path("again")), adapter)
  }

  @Test(arguments: GoldenMerge.cases)
  func `what a merge added is extracted and merged again`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let tuned = try golden.merge(to: scratch.path("merged"))
      let (extraction, again, adapter) = try roundTrip(
        base: golden.base, tuned: tuned, .each(.energy(1, most: 4096)), in: scratch)
      #expect(extraction.leftOut.isEmpty)
      #expect(extraction.error < 1e-6)
      #expect(try adapter.baseFingerprint == golden.base.fingerprint())
      let wanted = try tuned.allTensors()
      for (name, tensor) in try again.allTensors() {
        let (found, right) = (tensor.doubles ?? [], wanted[name]?.doubles ?? [])
        let distance = zip(found, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let size = right.reduce(0) { $0 + $1 * $1 }
        #expect(found.count == right.count && distance <= 1e-12 * size, "\(name)")
      }
    }
  }

  /// What is known of the stored pairs of checkpoints.
  private struct Expected: Decodable {
    struct Matrix: Decodable {
      let best_error: [String: Double]?
      let frobenius_norm: Double?
      let differs: Bool
    }
    let expected: [String: Matrix]
  }

  @Test(arguments: ["extract-f32", "extract-bf16"], [1, 2, 4, 8, 16])
  func `no pair of the rank has a smaller error`(name: String, rank: Int) throws {
    let expected: Expected = try Fixtures.json("spectrum/\(name)/case.json")
    let base = try Checkpoint.open(Fixtures.path("spectrum/\(name)/base"))
    let tuned = try Checkpoint.open(Fixtures.path("spectrum/\(name)/tuned"))
    let extraction = try Extract(base: base, tuned: tuned, ranks: .each(.rank(rank)), threads: 2)
      .run()
    let differing = expected.expected.filter { $1.differs && $1.best_error != nil }
    #expect(Set(extraction.matrices.map(\.entry.name)) == Set(differing.keys))
    for matrix in extraction.matrices {
      let known = try #require(differing[matrix.entry.name])
      let best = try #require(known.best_error?["\(rank)"])
      let norm = try #require(known.frobenius_norm)
      #expect(abs(matrix.norm - norm) <= 1e-6 * norm)
      #expect(matrix.error * matrix.norm <= 1.0001 * best + 2e-6 * norm)
      #expect(matrix.leastError * matrix.norm <= best + 2e-6 * norm)
    }
    #expect(extraction.whole == ["layers.0.bias"])
  }

  @Test func `an adapter in f32 comes back as itself`() throws {
    try ScratchFolder.with { scratch in
      let base = try Checkpoint.open(Fixtures.path("merge/bases/mlp-f32"))
      let sample = SampleAdapter([("0", 10, 24), ("2", 24, 16)], scale: 1)
      let (merged, _) = try sample.merge(
        into: Fixtures.path("merge/bases/mlp-f32"), as: "tuned", in: scratch)
      let original = try AdapterFile.open(scratch.path("adapter"))
      let (extraction, _, adapter) = try roundTrip(
        base: base, tuned: merged, .each(.rank(2)), in: scratch)
      #expect(extraction.matrices.map(\.rank) == [2, 2])
      for compared in try AdapterComparison(original, adapter).run() {
        #expect(try #require(compared.relative) <= 1e-6, "\(compared.name)")
      }
    }
  }

  @Test func `a budget is kept, spent, and spent where it buys the most`() throws {
    let base = try Checkpoint.open(Fixtures.path("spectrum/extract-f32/base"))
    let tuned = try Checkpoint.open(Fixtures.path("spectrum/extract-f32/tuned"))
    let choice = RankChoice.budget(parameters: 700, most: 64)
    let extraction = try Extract(base: base, tuned: tuned, ranks: choice, threads: 1).run()
    #expect((700 - 144 + 1...700).contains(extraction.parameterCount))
    // No exchange of a rank between the two matrices lowers the error within the budget.
    let spectra = try CheckpointSpectra(depth: .all, threads: 1)
      .spectra(of: CheckpointPair(base, tuned, threads: 1)) { _ in true }.changed
    func lost(_ ranks: [Int]) -> Double {
      zip(spectra, ranks).reduce(0) { sum, pair in
        let error = pair.0.spectrum.error(rank: pair.1)
        return sum + error * error * pair.0.spectrum.energy
      }
    }
    let ranks = extraction.matrices.map(\.rank)
    for (up, down) in [(0, 1), (1, 0)] {
      var other = ranks
      other[up] += 1
      other[down] -= 1
      let cost = zip(spectra, other).reduce(0) { $0 + $1.0.spectrum.parameterCount(rank: $1.1) }
      #expect(cost > 700 || lost(other) >= lost(ranks))
    }
  }

  @Test func `what is not asked for is named`() throws {
    let base = try Checkpoint.open(Fixtures.path("spectrum/extract-f32/base"))
    let tuned = try Checkpoint.open(Fixtures.path("spectrum/extract-f32/tuned"))
    var extract = Extract(base: base, tuned: tuned, ranks: .each(.rank(2)), threads: 1)
    extract.savesOthers = false
    extract.isIncluded = { $0 == "layers.0.up.weight" }
    let extraction = try extract.run()
    #expect(extraction.leftOut.map(\.name) == ["layers.0.attn.weight", "layers.0.bias"])
    #expect(extraction.leftOut.allSatisfy { $0.reason == .notAsked })
  }
}
