import Adapters
import Containers
import JSON
import Tensors
import Testing
import TestSupport

/// `lora resize --method` on a kohya file, beside sd-scripts' own `resize_lora.py`.
struct KohyaResizeTests {
  private static let folder = Fixtures.path("images/resize")
  static let cases: [String] = {
    let about = try? JSONValue(contentsOf: folder + "/case.json")
    return (about?["cases"]?.array ?? []).filter { $0["dynamic_method"]?.string != nil }
      .compactMap { $0["name"]?.string }
  }()

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count >= 4)
  }

  @Test(arguments: cases)
  func `ranks, deltas and names are kohya's, without a base`(_ name: String) throws {
    let about = try JSONValue(contentsOf: Self.folder + "/case.json")
    let found = try #require(about["cases"]?.array?.first { $0["name"]?.string == name })
    let adapter = Self.folder + "/adapter.safetensors"
    let wanted = try TensorFile.open(Self.folder + "/" + (found["deltas"]?.string ?? ""))
    try ScratchFolder.with { scratch in
      let output = scratch.path("out.safetensors")
      let result = try Tool.run([
        "resize", adapter, "--method", found["dynamic_method"]?.string ?? "",
        "--keep", "\(found["dynamic_param"]?.double ?? 0)",
        "--max-rank", "\(found["new_rank"]?.int ?? 0)",
        "--max-conv-rank", "\(found["new_conv_rank"]?.int ?? 0)", "-o", output, "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let file = try TensorFile.open(output)
      #expect(
        Set(file.header.entries.map(\.name))
          == Set(try TensorFile.open(adapter).header.entries.map(\.name)))
      #expect(file.header.metadata?["ss_network_module"] == "networks.lora")
      let resized = try AdapterFile.open(output)
      for (entry, delta) in try wanted.tensors() {
        let update = try #require(resized.updates.first { $0.module == entry.name })
        #expect(update.rank == found["modules"]?[entry.name]?["rank"]?.int, "\(entry.name)")
        for (value, target) in zip(Self.product(update), delta.doubles ?? []) {
          #expect(abs(value - target) <= 1e-5 + 1e-4 * abs(target), "\(entry.name)")
        }
      }
    }
  }

  private static func product(_ update: ModuleUpdate) -> [Double] {
    let (a, b) = (update.pair.down.doubles ?? [], update.pair.up.doubles ?? [])
    let (rank, rows) = (update.rank, update.pair.up.shape[0])
    let columns = a.count / rank
    return (0..<(rows * columns)).map { index in
      let (row, column) = (index / columns, index % columns)
      return update.pair.scaling
        * (0..<rank).reduce(0) { $0 + b[row * rank + $1] * a[$1 * columns + column] }
    }
  }

  @Test(arguments: [
    (["--method", "sv_fro"], "needs --keep"), (["--keep", "0.9"], "need --method"),
    (["--method", "sv_fro", "--keep", "0.9", "--rank", "2"], "leave --rank"),
    (["--method", "sv_fro", "--keep", "2"], "above 0 and up to 1"),
    (["--method", "sv_ratio", "--keep", "0.5"], "1 or more"), ([], "how much is kept"),
  ])
  func `options that do not go together are told`(_ options: [String], _ said: String) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run(
        ["resize", Self.folder + "/adapter.safetensors", "-o", scratch.path("o.safetensors")]
          + options)
      #expect(result.exitCode == 64 && result.errorText.contains(said), "\(result.errorText)")
    }
  }
}
