import Kernels
import Merging
import Reports
import Tensors

/// What rounding a merge to codes again adds to its error.
enum RequantizationReport {
  static func add(_ summary: MergeSummary, to report: inout Report) {
    let error = error(of: summary)
    report.add("requantized", "tensors requantized", .count(summary.requantized.count))
    report.add("error_added", "error added, rms", .number(error.rootMeanSquare))
    report.add("largest_error_added", "largest error added", .number(error.largest))
    report.add(
      "delta_to_weight", "delta / weight",
      Quantity(
        summary.survivals.total.map { .number($0.relativeSize) } ?? .missing, .significant(3)))
    report.add(
      "error_to_delta", "error added / delta",
      Quantity(errorToDelta(of: summary).map { .number($0) } ?? .missing, .significant(3)))
    report.add(
      detail: "requantized_tensors",
      Table(
        summary.requantized,
        columns: [
          Column("tensor") { escaped($0.name, inQuotes: false) },
          Column("error_added", .significant(4)) { .number($0.error.rootMeanSquare) },
          Column("largest_error_added", .significant(4)) { .number($0.error.largest) },
        ]
      ).json)
  }

  /// Codes that miss about as much as the adapter brings may lose it.
  static func warnings(_ summary: MergeSummary) -> [String] {
    guard let ratio = errorToDelta(of: summary), ratio > 0.5 else { return [] }
    return [
      "rounding to codes again adds an error of \(Quantity.number(ratio, digits: 3).text) times the "
        + "delta: the merge may lose what the adapter has learned; write the weights out with "
        + "--dequantize, or serve the adapter unmerged"
    ]
  }

  private static func error(of summary: MergeSummary) -> ApproximationError {
    summary.requantized.reduce(into: ApproximationError()) { $0.add($1.error) }
  }

  /// ‖W'' - W'‖ / ‖W' - W‖: W'' what the codes stand for, W' the exact merge.
  private static func errorToDelta(of summary: MergeSummary) -> Double? {
    let error = error(of: summary)
    guard let size = summary.survivals.total?.relativeSize, size > 0, error.valueSquares > 0 else {
      return nil
    }
    return (error.errorSquares / error.valueSquares).squareRoot() / size
  }
}
