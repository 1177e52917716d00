import AdapterSamples
import Adapters
import Containers
import JSON
import Tensors
import Testing
import TestSupport

/// Adapters and checkpoints of image and video models, under the names that their programs write.
struct ImageNamesTests {
  static let cases =
    (try? Fixtures.names(in: "images/merge").filter { $0 != "bases" }) ?? []

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count == 30)
  }

  @Test(arguments: cases)
  func `an adapter is merged under its base's names, and comes out again`(
    _ name: String
  ) throws {
    let golden = try GoldenMerge(inFolder: Fixtures.path("images/merge/" + name))
    let base = try golden.base.allTensors()
    try ScratchFolder.with { scratch in
      let merged = scratch.path(golden.isFolder ? "merged" : "merged.safetensors")
      let result = try Tool.run([
        "merge", golden.base.path, golden.adapterPath, "-o", merged, "--reversible", "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let found = try Checkpoint.open(merged).allTensors()
      #expect(Set(found.keys) == Set(base.keys))
      let expected = try TensorFile.open(golden.expectedPath).tensors()
      for (entry, wanted) in expected {
        let complaint = found[entry.name].map { golden.complaint($0, wanted) } ?? "is missing"
        #expect(complaint == nil, "\(entry.name)")
      }
      let changed = Set(expected.map(\.0.name))
      #expect(found.allSatisfy { changed.contains($0.key) || base[$0.key] == $0.value })
      let back = scratch.path(golden.isFolder ? "back" : "back.safetensors")
      #expect(try Tool.run(["unmerge", merged, "-o", back, "--quiet"]).exitCode == 0)
      #expect(try Checkpoint.open(back).allTensors() == base)
    }
  }
}
