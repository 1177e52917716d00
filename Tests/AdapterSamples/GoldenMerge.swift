import Adapters
import Containers
import JSON
import Merging
import Tensors
import TestSupport

/// One folder under `fixtures/merge`, or under `fixtures/kinds`.
package struct GoldenMerge {
  /// The names of the folders; a test counts them.
  package static let cases = (try? Fixtures.names(in: "merge").filter { $0 != "bases" }) ?? []

  /// Those of LyCORIS' kinds; a test counts them.
  package static let kinds = (try? Fixtures.names(in: "kinds")) ?? []

  package let folder: String
  package let base: Checkpoint
  package let adapterPath: String
  package let expectedPath: String
  private let absolute: Double
  private let relative: Double

  package init(_ name: String, under group: String = "merge") throws {
    try self.init(inFolder: Fixtures.path("\(group)/\(name)"))
  }

  package init(inFolder path: String) throws {
    folder = path
    let about = try JSONValue(contentsOf: folder + "/case.json")
    base = try Checkpoint.open(folder + "/" + (about["base"]?.string ?? ""))
    adapterPath = folder + "/" + (about["adapter"]?.string ?? "")
    expectedPath = folder + "/" + (about["expected"]?["merged_f32"]?.string ?? "")
    absolute = about["tolerance"]?["abs"]?.double ?? 0
    relative = about["tolerance"]?["rel"]?.double ?? 0
  }

  /// Whether the base is a folder, and so the result.
  package var isFolder: Bool { !base.path.hasSuffix(".safetensors") }

  package func merge(to path: String) throws -> Checkpoint {
    let adapter = WeightedAdapter(try AdapterFile.open(adapterPath))
    let merge = Merge(
      [adapter], into: base, to: .forTests(path, like: base))
    _ = try merge.run()
    return try Checkpoint.open(path)
  }

  /// What is wrong with `found`: the case's tolerance, and half a unit of a 16-bit type.
  package func complaint(_ found: Tensor, _ wanted: Tensor) -> String? {
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
