import ArgumentParser
import JSON

/// How a run is watched on rows that it is not trained on.
struct ValidationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Validate on this table; the network with the lowest validation loss is kept.",
      valueName: "path"),
    completion: .file())
  var validation: String?

  @Option(
    help: ArgumentHelp(
      """
      Validate on this share of the table's rows, the same of each class, drawn by --seed and not \
      trained on: as 0.2 or 20%; 0 for none. (default: 20%, of fewer than 40 rows none)
      """, valueName: "share"))
  var holdout: ShareArgument?

  @Option(
    help: ArgumentHelp(
      "Steps between two validations. (default: those of a pass)", valueName: "steps"))
  var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Stop after so many validations without a better one; 0 to take all steps.",
      valueName: "count"))
  var patience = 20

  func validate() throws {
    try require(validation == nil || holdout == nil, "give --validation or --holdout, not both")
    try require(validation != "-", "--validation takes a file's name")
    try require((validateEvery ?? 1) > 0, "--validate-every must be above 0")
    try require(patience >= 0, "--patience must not be negative")
    try require(
      validateEvery == nil || holdout?.share != 0,
      "--validate-every needs rows to validate on; leave --holdout 0 out")
  }

  /// The rows to validate on.
  var held: TrainingTables.Held {
    holdout.map { .share($0.share) } ?? validation.map { .table($0) } ?? .usual
  }

  /// Validations without a better one after which a run ends, if any do.
  var limit: Int? { patience == 0 ? nil : patience }
}

/// A share as it is given: `0.2` or `20%`, at least 0 and below 1.
struct ShareArgument: ExpressibleByArgument, SettingValue {
  let share: Double

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else {
      return nil
    }
    share = isPercent ? number / 100 : number
    guard share >= 0, share < 1 else { return nil }
  }

  var setting: JSONValue { .number(share) }
}
