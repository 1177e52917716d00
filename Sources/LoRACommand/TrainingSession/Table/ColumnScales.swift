import Reports
import Tables
import Tensors

/// How far apart the scales of a table's columns of numbers are, as the network reads them.
///
/// A column a thousand times as large as another drowns it: the first layer begins with weights of
/// one size for all.
struct ColumnScales {
  /// The columns with the least and the largest deviation, of those that have one.
  private let extremes: (least: (column: String, scale: Double), largest: (String, Double))?

  /// A factor between two columns from which on it is said.
  static let limit = 100.0

  init(_ tables: TrainingTables) {
    let data = tables.training
    let deviations = FeatureScaling(of: data, fill: nil, standardizes: true).deviation
    let isNumber = data.sources.flatMap { source in
      Array(repeating: source.categories == nil, count: source.width)
    }
    var scales = zip(zip(data.columns, deviations), isNumber).filter(\.1).map {
      (column: $0.0.0, scale: $0.0.1)
    }
    if tables.scaling?.standardizes == true { scales = [] }
    let least = scales.min { $0.scale < $1.scale }
    let largest = scales.max { $0.scale < $1.scale }
    extremes = least.flatMap { least in largest.map { (least, $0) } }
  }

  /// Says so when the scales are too far apart.
  func warn(remedy: String) {
    guard let (least, largest) = extremes, largest.1 > Self.limit * least.scale else { return }
    let factor = Quantity(.number(largest.1 / least.scale), .grouped).text
    Warnings.say(
      "column \"\(escaped(largest.0))\" varies \(factor) times as much as "
        + "\"\(escaped(least.column))\", which is hard to learn from; \(remedy)")
  }
}
