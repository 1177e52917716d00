import AdapterSamples
import Adapters
import Containers
import JSON
import Merging
import Tensors
import Testing
import TestSupport

/// Bases whose files name or keep modules otherwise than the model in memory, which PEFT adapts.
struct RenamedModulesTests {
  static let cases = (try? Fixtures.names(in: "names")) ?? []

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count == 17)
  }

  @Test(arguments: cases)
  func `a merge is PEFT's, and comes out again`(_ name: String) throws {
    let folder = Fixtures.path("names/\(name)")
    let base = try Checkpoint.open(folder + "/base").allTensors()
    var wanted = base
    for (entry, tensor) in try TensorFile.open(folder + "/expected.safetensors").tensors() {
      wanted[entry.name] = tensor
    }
    try ScratchFolder.with { scratch in
      let merged = scratch.path("merged")
      let result = try Tool.run([
        "merge", folder + "/base", folder + "/adapter", "-o", merged, "--reversible", "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let found = try Checkpoint.open(merged).allTensors()
      #expect(Set(found.keys) == Set(base.keys))
      for (name, tensor) in found {
        if tensor == base[name] { #expect(wanted[name] == base[name], "\(name) has to change") }
        for (value, target) in zip(tensor.doubles ?? [], wanted[name]?.doubles ?? []) {
          #expect(abs(value - target) <= 2e-6 + 1e-5 * abs(target), "\(name)")
        }
      }
      let back = scratch.path("back")
      #expect(try Tool.run(["unmerge", merged, "-o", back, "--quiet"]).exitCode == 0)
      #expect(try Checkpoint.open(back).allTensors() == base)
    }
  }

  @Test(arguments: [
    ("square-stack-unversioned", "config.json has its model_type"),
    ("square-stack-gpt-oss", "config.json has its model_type"),
  ])
  func `square stacks are not guessed at without a model`(_ name: String, _ said: String) throws {
    let folder = Fixtures.path("names/\(name)")
    try ScratchFolder.with { scratch in
      let result = try Tool.run([
        "merge", folder + "/base/model.safetensors", folder + "/adapter", "-o", scratch.path("out"),
      ])
      #expect(result.exitCode == 65 && result.errorText.contains(said), "\(result.errorText)")
    }
  }
}

/// Names that an adapter has and a base has not.
struct BaseNameTests {
  @Test(arguments: [
    ("transformer.h.0.q", ["h.0.q"], "h.0.q"),
    ("h.0.q", ["transformer.h.0.q"], "transformer.h.0.q"),
    ("bert.layer.q", ["layer.q", "bert.layer.q"], "bert.layer.q"),
    ("layers.0.q", ["model.layers.0.q"], "model.layers.0.q"),
    // Of two towers either could be meant; and one tower's name is not the other's.
    ("encoder.q", ["text_model.encoder.q", "vision_model.encoder.q"], nil),
    ("encoder.q", ["vision_model.encoder.q"], "vision_model.encoder.q"),
    ("text_model.encoder.q", ["encoder.q"], nil), ("bert.q", ["vit.q"], nil),
    ("other.h.0.q", ["h.0.q"], nil),
  ])
  func `a model's own prefix may be there on one side only`(
    _ name: String, _ base: [String], _ found: String?
  ) {
    let names = base.map { $0 + ".weight" }
    #expect(NameMap(names).base(for: name + ".weight") == found.map { $0 + ".weight" })
  }
}
