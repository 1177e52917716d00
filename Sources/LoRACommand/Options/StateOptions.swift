import ArgumentParser

/// How a run's state is saved and taken up again.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Save the run's state in this folder, so that it can be taken up after a stop.",
      valueName: "folder"),
    completion: .directory)
  var checkpoint: String?

  @Option(help: ArgumentHelp("Steps between two states.", valueName: "steps"))
  var every = 1000

  @Option(help: ArgumentHelp("States that are kept, the newest.", valueName: "count"))
  var keep = 3

  @Flag(
    help: """
      Take up the newest state in --checkpoint: the run ends in the same bits as one without a \
      break. Without a state it begins at its beginning.
      """)
  var resume = false

  /// Where states are saved, if they are.
  var states: RunFiles.States? {
    checkpoint.map { RunFiles.States(folder: $0, every: every, keep: keep) }
  }

  func validate() throws {
    try require(checkpoint?.isEmpty != true, "--checkpoint is empty")
    try require(every > 0, "--every must be above 0")
    try require(keep > 0, "--keep must be above 0")
    try require(!resume || checkpoint != nil, "--resume needs --checkpoint")
  }
}
