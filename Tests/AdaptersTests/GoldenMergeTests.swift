import Adapters
import Containers
import Kernels
import TestSupport
import Tensors
import Testing

/// Merges that PEFT made: the changed tensors in f32, all others byte for byte.
struct GoldenMergeTests {
  static let cases = (try? Fixtures.names(in: "merge").filter { $0 != "bases" }) ?? []

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count == 32)
  }

  @Test(arguments: cases)
  func `a merge fits PEFT's`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged"))
      let expected = try TensorFile.open(golden.expectedPath)
      let changed = Dictionary(
        uniqueKeysWithValues: try expected.tensors().map { ($0.0.name, $0.1) })
      let base = try golden.base.allTensors()
      for (name, tensor) in try merged.allTensors() {
        let before = try #require(base[name])
        #expect(tensor.type == before.type && tensor.shape == before.shape, "\(name)")
        if let wanted = changed[name] {
          let complaint = golden.complaint(tensor, wanted)
          #expect(complaint == nil, "\(name): \(complaint ?? "")")
        } else {
          #expect(tensor == before, "\(name) must not change")
        }
      }
      #expect(merged.entries.count == golden.base.entries.count)
    }
  }

  /// Half precision with a power-of-two scale leaves no room: f32 sum, one rounding.
  @Test(arguments: ["llama-bf16-all-linear", "llama-f16", "llama-tied", "qwen2-lora-bias"])
  func `a half-precision merge is the f32 merge, rounded`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged")).allTensors()
      for (entry, wanted) in try TensorFile.open(golden.expectedPath).tensors() {
        let tensor = try #require(merged[entry.name])
        #expect(tensor == wanted.converted(to: try #require(tensor.type.floatFormat)))
      }
    }
  }
}

/// One folder under `fixtures/merge`.
struct GoldenMerge {
  let folder: String
  let base: Checkpoint
  let adapterPath: String
  let expectedPath: String
  private let absolute: Double
  private let relative: Double

  init(_ name: String) throws {
    folder = Fixtures.path("merge/\(name)")
    let about = try JSONValue(contentsOf: folder + "/case.json")
    base = try Checkpoint.open(folder + "/" + (about["base"]?.string ?? ""))
    adapterPath = folder + "/" + (about["adapter"]?.string ?? "")
    expectedPath = folder + "/" + (about["expected"]?["merged_f32"]?.string ?? "")
    absolute = about["tolerance"]?["abs"]?.double ?? 0
    relative = about["tolerance"]?["rel"]?.double ?? 0
  }

  func merge(to path: String) throws -> Checkpoint {
    let adapter = WeightedAdapter(try AdapterFile.open(adapterPath))
    let merge = Merge(
      [adapter], into: base, to: .forTests(path, like: base))
    _ = try merge.run()
    return try Checkpoint.open(path)
  }

  /// What is wrong with `found`: the case's tolerance, and half a unit of a 16-bit type.
  func complaint(_ found: Tensor, _ wanted: Tensor) -> String? {
    guard let values = found.doubles, let expected = wanted.doubles else { return "no numbers" }
    guard values.count == expected.count else { return "\(values.count) values" }
    for (index, (value, target)) in zip(values, expected).enumerated() {
      let limit = absolute + relative * abs(target) + Self.halfUnit(of: found.type, at: target)
      guard abs(value - target) <= limit else { return "[\(index)]: \(value), expected \(target)" }
    }
    return nil
  }

  private static func halfUnit(of type: DType, at value: Double) -> Double {
    let (mantissa, lowest): (Int, Int)
    switch type {
    case .bf16: (mantissa, lowest) = (7, -126)
    case .f16: (mantissa, lowest) = (10, -14)
    default: return 0
    }
    let exponent = value == 0 ? lowest : max(Int(value.exponent), lowest)
    return 0.5 * Double(sign: .plus, exponent: exponent - mantissa, significand: 1)
  }
}

extension EditOutput {
  static func forTests(_ path: String, like checkpoint: Checkpoint) -> Self {
    Self(
      CheckpointDestination(path, like: checkpoint),
      settings: CheckpointWriter.Settings(
        output: OutputOptions(synchronizes: false), compression: .none, threads: 2))
  }
}

extension Checkpoint {
  func allTensors() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for shard in shards {
      for (entry, tensor) in try shard.file.tensors() { result[entry.name] = tensor }
    }
    return result
  }
}
