import Containers
import Foundation
import TestSupport
import Tensors
import Testing

/// A checkpoint in a published layout, an adapter for it, and what libraries make of them.
private struct Layout: Sendable, CustomTestStringConvertible {
  let name: String
  var testDescription: String { name }
  private var folder: String { Fixtures.path("layouts/" + name) }
  private var isFile: Bool { FileManager.default.fileExists(atPath: folder + "/base.safetensors") }

  var base: String { folder + (isFile ? "/base.safetensors" : "/base") }
  var adapter: String { folder + (isFile ? "/adapter.safetensors" : "/adapter") }
  var dequantized: String { folder + "/dequantized.safetensors" }
  var merged: String { folder + "/merged.f32.safetensors" }

  /// What an output of it is called, and where the tensors lie there.
  func output(_ name: String) -> (path: String, tensors: String) {
    isFile ? (name + ".safetensors", name + ".safetensors") : (name, name + "/model.safetensors")
  }

  static let all = ((try? Fixtures.names(in: "layouts")) ?? []).map { Layout(name: $0) }
}

/// Weights in codes as people download them: read as their own libraries read them, or refused.
@Suite struct PublishedLayoutTests {
  @Test func `the fixtures are there`() {
    #expect(Layout.all.count == 16)
  }

  @Test(arguments: Layout.all)
  private func `what is written out is what the layout's own library reads, to the bit`(
    _ layout: Layout
  ) throws {
    try ScratchFolder.with { scratch in
      let output = layout.output("o")
      let result = try Tool.run(
        ["dequantize", layout.base, "--dtype", "f32", "-o", output.path], in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let found = try StoredTensors(path: scratch.path(output.tensors)).tensors
      let wanted = try StoredTensors(path: layout.dequantized).tensors
      #expect(Set(found.keys) == Set(wanted.keys))
      for (name, tensor) in wanted {
        #expect(
          found[name]?.shape == tensor.shape && found[name]?.values == tensor.values, "\(name)")
      }
      guard output.path != output.tensors else { return }
      let config = try LooseJSON(parsing: scratch.read("o/config.json"))
      #expect(config["quantization_config"] == nil && config["quantization"] == nil)
    }
  }

  @Test(arguments: Layout.all)
  private func `a merge that writes the weights out fits the libraries'`(
    _ layout: Layout
  ) throws {
    try ScratchFolder.with { scratch in
      let output = layout.output("o")
      let result = try Tool.run(
        ["merge", layout.base, layout.adapter, "--dequantize=f32", "-o", output.path],
        in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let file = try TensorFile.open(scratch.path(output.tensors))
      #expect(file.header.entries.allSatisfy { $0.type == .f32 })
      let found = try StoredTensors(path: scratch.path(output.tensors)).tensors
      let merged = try StoredTensors(path: layout.merged).tensors
      for (name, tensor) in try StoredTensors(path: layout.dequantized).tensors {
        guard let wanted = merged[name] else {
          #expect(found[name]?.values == tensor.values, "\(name) must not change")
          continue
        }
        let misses = zip(found[name]?.values ?? [], wanted.values).filter {
          ($0 - $1).magnitude > 2e-6 + 1e-5 * $1.magnitude
        }
        #expect(found[name]?.shape == wanted.shape && misses.isEmpty, "\(name)")
      }
      #expect(found.count == file.header.entries.count)
    }
  }

  @Test(arguments: Layout.all)
  private func `a reversible merge comes out with every code, scale and marker`(
    _ layout: Layout
  ) throws {
    try ScratchFolder.with { scratch in
      let (merged, back) = (layout.output("m").path, layout.output("b").path)
      let result = try Tool.shell(
        """
        set -e
        $LORA merge \(layout.base) \(layout.adapter) --dequantize=bf16 --reversible -o \(merged) --quiet
        $LORA unmerge \(merged) -o \(back) --quiet
        $LORA diff \(layout.base) \(back)
        """, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
    }
  }

  /// Commands that could touch scales or codes: each is refused in one line and writes nothing, or
  /// changes no bit of what it does not understand.
  @Test(arguments: Layout.all)
  private func `nothing else touches codes or scales`(_ layout: Layout) throws {
    let (base, adapter) = (layout.base, layout.adapter)
    let lines = [
      ["convert", base, "--dtype", "f16"], ["convert", base, "--dtype", "bf16"],
      ["merge", base, adapter, "--dtype", "f16"], ["quantize", base],
      ["quantize", base, "--format", "int8"], ["resize", base, "--rank", "2"],
      ["extract", base, base, "--rank", "2"],
    ]
    try ScratchFolder.with { scratch in
      for line in lines {
        let output = layout.output("o").path
        let result = try Tool.run(line + ["-o", output], in: scratch.root)
        #expect(result.exitCode != 0, "\(line[0])")
        #expect(result.errorLines.count == 1, "\(line[0]): \(result.errorText)")
        #expect(!scratch.holds(output), "\(line[0])")
      }
    }
  }

  @Test(arguments: Layout.all)
  private func `a copy is the same, and inspect counts what the codes stand for`(
    _ layout: Layout
  ) throws {
    try ScratchFolder.with { scratch in
      let output = layout.output("c")
      let copied = try Tool.run(
        ["convert", layout.base, "-o", output.path], in: scratch.root)
      #expect(copied.exitCode == 0, "\(copied.errorText)")
      let same = try Tool.run(["diff", layout.base, output.path], in: scratch.root)
      #expect(same.exitCode == 0, "\(same.text)")
      let seen = try Tool.run(["inspect", layout.base, "--json"], in: scratch.root)
      let file = try LooseJSON(parsing: seen.output)["files"]?[0]
      let wanted = try StoredTensors(path: layout.dequantized).tensors.values
      #expect(
        file?["parameters"]?.number == Double(wanted.reduce(0) { $0 + $1.values.count }))
      #expect(file?["quantized"]?["bits_per_weight"]?.number ?? 0 > 4)
    }
  }
}
