import ArgumentParser
import Tables
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
    inversion: .prefixedNo,
    help: """
      Subtract each column's mean and divide by its deviation; both are kept with the network, so \
      that eval, predict and train do the same. pretrain then also learns values by their deviations \
      from their mean, and writes a network whose outputs are in their own unit. (default: pretrain \
      does, train does what the network records)
      """)
  var standardize: Bool?

  enum MissingRule: String, ExpressibleByArgument, CaseIterable {
    case error
    case mean
    case zero
  }

  /// The columns that are read, and what is made of them; `standardizes` is what holds where nobody
  /// says.
  func choice(standardizes usual: Bool) -> ColumnChoice {
    var choice = ColumnChoice()
    choice.chosen = features.map(columnList)
    choice.dropped = drop.map(columnList) ?? []
    choice.categorical = categorical.map(columnList) ?? []
    choice.fill = FeatureScaling.Fill(rawValue: missing.rawValue)
    choice.standardizes = standardize ?? usual
    return choice
  }
}

/// Column names with commas between.
func columnList(_ text: String) -> [String] {
  text.split(separator: ",").map(String.init)
}
