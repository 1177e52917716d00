import ArgumentParser

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
      "Validate on this share of the table's rows, the same of each class, drawn by --seed.",
      valueName: "share"))
  var holdout: Double?

  @Option(
    help: ArgumentHelp(
      "Steps between two validations. (default: those of a pass)", valueName: "steps"))
  var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Stop after so many validations without a better one.", valueName: "count"))
  var patience: Int?

  func validate() throws {
    try require(validation == nil || holdout == nil, "give --validation or --holdout, not both")
    try require(validation != "-", "--validation takes a file's name")
    if let holdout {
      try require(holdout > 0 && holdout < 1, "--holdout must lie between 0 and 1")
    }
    try require((validateEvery ?? 1) > 0, "--validate-every must be above 0")
    try require((patience ?? 1) > 0, "--patience must be above 0")
    try require(
      patience == nil && validateEvery == nil || validation != nil || holdout != nil,
      "--patience and --validate-every need --validation or --holdout")
  }

  /// The rows to validate on.
  var held: TrainingTables.Held {
    holdout.map { .share($0) } ?? validation.map { .table($0) } ?? .none
  }
}
