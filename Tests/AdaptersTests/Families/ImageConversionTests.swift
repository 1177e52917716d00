import Adapters
import Containers
import JSON
import Tensors
import Testing
import TestSupport

/// `lora convert` of adapters of image and video models, under the names of other programs.
struct ImageConversionTests {
  static let cases = (try? Fixtures.names(in: "images/convert")) ?? []

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count == 4)
  }

  @Test(arguments: cases)
  func `names and deltas are those of the other program's own converter`(
    _ name: String
  ) throws {
    let folder = Fixtures.path("images/convert/" + name)
    let about = try JSONValue(contentsOf: folder + "/case.json")
    let wanted = try TensorFile.open(folder + "/expected.deltas.safetensors").tensors()
    try ScratchFolder.with { scratch in
      let output = scratch.path("out.safetensors")
      let result = try Tool.run([
        "convert", folder + "/adapter.safetensors", "--to", about["to"]?.string ?? "", "-o", output,
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let found = try Self.tensors(output)
      let names = (about["names"]?.array ?? []).compactMap(\.string)
      #expect(
        Set(found.keys.filter { !$0.hasSuffix(".alpha") })
          == Set(names.filter { !$0.hasSuffix(".alpha") }))
      for (entry, delta) in wanted {
        let computed = try #require(Self.delta(of: entry.name, in: found), "\(entry.name)")
        for (value, target) in zip(computed, delta.doubles ?? []) {
          #expect(abs(value - target) <= 1e-6 + 1e-5 * abs(target), "\(entry.name)")
        }
      }
    }
  }

  @Test(arguments: [
    ("images/merge/flux-bfl-diffusers", ["kohya", "diffusers"]),
    ("images/merge/flux-bfl-diffusers", ["comfy", "kohya", "diffusers"]),
    ("images/merge/flux-ckpt-kohya", ["comfy", "kohya"]),
    ("images/merge/sdxl-ldm-kohya", ["diffusers", "kohya"]),
    ("images/merge/sd15-ldm-kohya", ["diffusers", "comfy", "kohya"]),
    ("images/merge/sd3-ckpt-diffusers", ["kohya", "comfy", "diffusers"]),
    ("images/merge/wan-ckpt-musubi", ["diffusers", "comfy", "kohya"]),
    ("images/merge/zimage-comfy-aitoolkit", ["kohya", "diffusers"]),
    ("images/merge/qwen-image-lightning", ["comfy", "kohya", "diffusers"]),
    ("images/merge/hunyuanvideo-diffusion-pipe", ["kohya", "diffusers", "comfy"]),
    ("images/merge/ltx-ckpt-diffusion-model", ["diffusers", "comfy"]),
    ("images/merge/flux-bfl-xlabs", ["diffusers"]),
  ])
  func `a chain of conversions merges as the adapter does`(
    _ folder: String, _ chain: [String]
  ) throws {
    let about = try JSONValue(contentsOf: Fixtures.path(folder) + "/case.json")
    let base = Fixtures.path(folder) + "/" + (about["base"]?.string ?? "")
    try ScratchFolder.with { scratch in
      func run(_ arguments: [String]) throws {
        let result = try Tool.run(arguments + ["--quiet"])
        #expect(result.exitCode == 0, "\(arguments): \(result.errorText)")
      }
      var adapter = Fixtures.path(folder) + "/" + (about["adapter"]?.string ?? "")
      let direct = scratch.path("direct.safetensors")
      try run(["merge", base, adapter, "-o", direct, "--dtype", "f32"])
      let wanted = try Checkpoint.open(direct).allTensors()
      for (index, format) in chain.enumerated() {
        let output = scratch.path("\(index).safetensors")
        try run(["convert", adapter, "--to", format, "--base", base, "-o", output])
        adapter = output
        let merged = scratch.path("merged-\(index).safetensors")
        try run(["merge", base, adapter, "-o", merged, "--dtype", "f32"])
        let found = try Checkpoint.open(merged).allTensors()
        let differing = found.filter { !Self.isNear($0.value, wanted[$0.key]) }.map(\.key)
        #expect(differing.isEmpty, "\(format): \(differing.sorted().prefix(3))")
      }
    }
  }

  /// A factor that is no power of two rounds each element of B once.
  private static func isNear(_ found: Tensor, _ wanted: Tensor?) -> Bool {
    guard let values = found.doubles, let targets = wanted?.doubles else { return found == wanted }
    return values.count == targets.count
      && zip(values, targets).allSatisfy { abs($0 - $1) <= 1e-6 + 1e-6 * abs($1) }
  }

  private static func tensors(_ path: String) throws -> [String: Tensor] {
    Dictionary(
      try TensorFile.open(path).tensors().map { ($0.0.name, $0.1) },
      uniquingKeysWith: { first, _ in first })
  }

  /// alpha / r · B·A by the plain formula.
  private static func delta(of module: String, in tensors: [String: Tensor]) -> [Double]? {
    let endings = [
      (".lora_down.weight", ".lora_up.weight"), (".lora_A.weight", ".lora_B.weight"),
    ]
    guard
      let (down, up) = endings.lazy.compactMap({ ending in
        tensors[module + ending.0].flatMap { down in
          tensors[module + ending.1].map { (down, $0) }
        }
      }).first, let a = down.doubles, let b = up.doubles
    else { return nil }
    let (rank, rows) = (down.shape[0], up.shape[0])
    let columns = a.count / rank
    let scaling = (tensors[module + ".alpha"]?.doubles?[0] ?? Double(rank)) / Double(rank)
    return (0..<(rows * columns)).map { index in
      let (row, column) = (index / columns, index % columns)
      return scaling
        * (0..<rank).reduce(0) { $0 + b[row * rank + $1] * a[$1 * columns + column] }
    }
  }
}
