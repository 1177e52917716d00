import ArgumentParser
import Tables
import Training

/// What is made of a table's columns before a network is trained on them.
struct PreparationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The columns that are features: names, indices from 0 or patterns as sepal*, with commas between \
      or by repeating; a name with commas in double quotes. (default: all but the target)
      """, valueName: "columns"))
  var features: [String] = []

  @Option(
    help: ArgumentHelp(
      "Columns to pass over, named as in --features; '' is one without a name.",
      valueName: "columns"))
  var drop: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Columns of words, named as in --features; each word becomes an input that is 0 or 1. In columns \
      of numbers true and yes are 1, false and no are 0.
      """, valueName: "columns"))
  var categorical: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      A missing number (see --na) is an error, the mean of its column, or zero; a missing word is then \
      no category.
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
    choice.chosen = features.isEmpty ? nil : features
    (choice.dropped, choice.categorical) = (drop, categorical)
    choice.fill = FeatureScaling.Fill(rawValue: missing.rawValue)
    choice.standardizes = standardize ?? usual
    return choice
  }
}
