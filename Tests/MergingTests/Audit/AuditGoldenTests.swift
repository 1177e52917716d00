import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// Every kind of adapter that a merge takes, audited.
struct AuditGoldenTests {
  @Test(arguments: GoldenMerge.cases)
  func `our merge of every kind of adapter is found exact`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged"))
      let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      let finding = try MergeAudit(of: merged, against: golden.base, [adapter], threads: 2).run()
      #expect(finding.answer == .holds, "\(finding.sentence)")
      #expect(finding.modules.allSatisfy { $0.verdict == .exact || $0.verdict.isSilent })
    }
  }

  @Test(arguments: GoldenMerge.cases)
  func `PEFT's merge of every kind of adapter is found within rounding`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let changed = Dictionary(
        uniqueKeysWithValues: try TensorFile.open(golden.expectedPath).tensors().map {
          ($0.0.name, $0.1)
        })
      let tensors = try golden.base.shards.flatMap { try $0.file.tensors() }.map {
        (name: $0.0.name, tensor: changed[$0.0.name] ?? $0.1)
      }
      try TinyLlama.write(tensors, to: scratch.path("merged.safetensors"))
      let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      let finding = try MergeAudit(
        of: try Checkpoint.open(scratch.path("merged.safetensors")), against: golden.base,
        [adapter], threads: 2
      ).run()
      #expect(finding.answer == .holds, "\(finding.sentence)")
    }
  }

  @Test(arguments: GoldenMerge.cases)
  func `the base does not hold any of them`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
    let finding = try MergeAudit(of: golden.base, against: golden.base, [adapter], threads: 2).run()
    #expect(finding.answer == .doesNotHold, "\(finding.sentence)")
    #expect(finding.modules.allSatisfy { $0.verdict == .notApplied || $0.verdict.isSilent })
  }

  @Test func `twice is also named by what else makes a factor of 2`() throws {
    try ScratchFolder.with { scratch in
      let ground = AuditGround(
        in: scratch, seed: 5, type: .f32, shapes: [[24, 20], [20, 24]], rank: 4, size: 0.3,
        weight: 1)
      let merged = ground.merged(by: OtherTool(isBackwards: false), as: .f32) { _, parts in
        parts.map { part in
          var part = part
          part.scaling *= 2
          return part
        }
      }
      let sentence = try ground.audit(merged).sentence
      #expect(sentence.contains("twice, or once at twice its weight (alpha / √rank"), "\(sentence)")
    }
  }
}
