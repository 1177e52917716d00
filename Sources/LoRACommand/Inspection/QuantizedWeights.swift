import Models
import Reports
import Tensors

/// The quantized weights of an inspected checkpoint, as the names of its tensors tell.
struct QuantizedWeights: Sendable {
  /// Formats in the order in which they first appear, and how many weights have each.
  private(set) var counts: [(format: String, count: Int)] = []

  private let layouts: [LayoutTotal]

  init(_ tensors: [InspectedTensor], _ layouts: [LayoutTotal]) {
    self.layouts = layouts
    counts = layouts.map { ($0.layout.rawValue, $0.weights) }
    for tensor in tensors {
      guard let format = Self.format(of: tensor.name) else { continue }
      if let index = counts.firstIndex(where: { $0.format == format }) {
        counts[index].count += 1
      } else {
        counts.append((format, 1))
      }
    }
  }

  /// The format of the weight that a tensor of this name describes or scales.
  private static func format(of name: String) -> String? {
    if name.hasSuffix(".SCB") { return "int8" }
    guard name.holds(".quant_state.") else { return nil }
    let parts = name.split(separator: ".quant_state.bitsandbytes__", maxSplits: 1)
    return parts.count == 2 ? String(parts[1]) : nil
  }

  var report: Report {
    var report = Report()
    report.add("weights", "weights", .count(counts.reduce(0) { $0 + $1.count }))
    report.add(
      "formats", "formats", Quantity(.list(counts.map { .text(escaped($0.format)) })))
    if !layouts.isEmpty {
      let elements = layouts.reduce(0) { $0 + $1.elements }
      let bits = layouts.reduce(0.0) { $0 + $1.bitsPerWeight * Double($1.elements) }
      report.add(
        "bits_per_weight", "bits a weight",
        Quantity(.number(bits / Double(max(1, elements))), .significant(4)))
    }
    return report
  }
}
