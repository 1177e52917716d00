import ArgumentParser
import Training

/// What is made of a table's columns before a network is trained on them.
struct PreparationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The columns that are features, names or indices with commas between. (default: all but the "
        + "target)", valueName: "columns"))
  var features: String?

  @Option(help: ArgumentHelp("Columns to pass over, with commas between.", valueName: "columns"))
  var drop: String?

  @Option(
    help: ArgumentHelp(
      "Columns of words, with commas between; each word becomes an input that is 0 or 1.",
      valueName: "columns"))
  var categorical: String?

  @Option(
    help: ArgumentHelp(
      """
      A missing number (nothing, NA, N/A, NaN, null or ?) is an error, the mean of its column, or \
      zero; a missing word is then no category.
      """, valueName: "rule"))
  var missing = MissingRule.error

  @Flag(
    help: """
      Subtract each column's mean and divide by its deviation; both are kept with the network, so \
      that eval and predict do the same.
      """)
  var standardize = false

  enum MissingRule: String, ExpressibleByArgument, CaseIterable {
    case error
    case mean
    case zero
  }

  var fill: FeatureScaling.Fill? { FeatureScaling.Fill(rawValue: missing.rawValue) }

  /// Whether columns are chosen, or more than numbers.
  var selectsColumns: Bool { features != nil || drop != nil || categorical != nil }

  func apply(to reader: inout DatasetReader) {
    reader.chosen = features.map(columnList)
    reader.dropped = drop.map(columnList) ?? []
    reader.categorical = categorical.map(columnList) ?? []
    reader.allowsMissing = fill != nil
  }

  var settings: RunSettings {
    let columns: [(String, String?)] = [
      ("features", features), ("drop", drop), ("categorical", categorical),
    ]
    return columns.compactMap { name, value in value.map { (name, .string($0)) } } + [
      ("missing", .string(missing.rawValue)), ("standardize", .bool(standardize)),
    ]
  }
}

/// Column names with commas between.
func columnList(_ text: String) -> [String] {
  text.split(separator: ",").map(String.init)
}
