import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// What LyCORIS' and ComfyUI's own code makes of adapters of every kind.
struct KindGoldenTests {
  @Test func `the fixtures are there`() {
    #expect(GoldenMerge.kinds.count == 15)
  }

  @Test(arguments: GoldenMerge.kinds)
  func `a merge fits the trainer's`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged.safetensors")).allTensors()
      var expected = try golden.base.allTensors()
      let changed = try TensorFile.open(golden.expectedPath).tensors()
      for (entry, tensor) in changed { expected[entry.name] = tensor }
      #expect(merged.count == expected.count)
      for (name, wanted) in expected {
        let complaint = golden.complaint(try #require(merged[name]), wanted)
        #expect(complaint == nil, "\(name): \(complaint ?? "")")
      }
    }
  }

  @Test(arguments: GoldenMerge.kinds)
  func `a reversible merge comes out bit for bit`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let model = ReversibleModel(golden.base, in: scratch)
      let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      let merged = try model.merge([adapter], into: golden.base, as: "merged.safetensors")
      let plain = try golden.merge(to: scratch.path("plain.safetensors"))
      #expect(try merged.allTensors() == plain.allTensors())
      let restored = try model.unmerge(merged, [[adapter]], as: "restored.safetensors")
      #expect(try restored.fingerprint() == golden.base.fingerprint())
    }
  }

  @Test(arguments: GoldenMerge.kinds)
  func `verify and audit find the merge in its result, and not in the base`(
    _ name: String
  ) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged.safetensors"))
      let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      let steps = [(adapters: [adapter], options: MergeOptions())]
      #expect(try Verify(merged, against: golden.base, steps: steps, threads: 2).run() == [])
      let unmerged = Verify(golden.base, against: golden.base, steps: steps, threads: 2)
      #expect(try !unmerged.run().isEmpty)
      let found = try MergeAudit(of: merged, against: golden.base, [adapter], threads: 2).run()
      #expect(found.answer == .holds, "\(found.sentence)")
      let none = try MergeAudit(of: golden.base, against: golden.base, [adapter], threads: 2).run()
      #expect(none.answer == .doesNotHold, "\(none.sentence)")
    }
  }

  @Test(arguments: GoldenMerge.kinds)
  func `every tensor of the adapter is in the ledger once`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    let adapter = try AdapterFile.open(golden.adapterPath)
    let plan = try MergePlan([WeightedAdapter(adapter)], into: golden.base.entries)
    let tensors = try TensorFile.open(golden.adapterPath).header.entries.map(\.name).sorted()
    #expect(plan.ledger.entries.map(\.tensor).sorted() == tensors)
  }

  @Test(arguments: GoldenMerge.kinds)
  func `the report tells how much of each delta survived`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let merge = Merge(
        [WeightedAdapter(try AdapterFile.open(golden.adapterPath))], into: golden.base,
        to: .forTests(scratch.path("merged.safetensors"), like: golden.base))
      let summary = try merge.run()
      #expect(summary.survivals.tensors.count == summary.changed)
      #expect(summary.survivals.tensors.allSatisfy { $0.error < 1e-3 && $0.movedShare > 0.5 })
    }
  }
}
