import Containers

/// What a run writes beside its result.
struct RunFiles {
  /// Where states are saved.
  struct States {
    let folder: String
    /// Steps between two.
    let every: Int
    /// How many are kept.
    let keep: Int
  }

  var log: String?
  var chart: String?
  var states: States?
  /// Whether the newest state is taken up.
  var resumes = false
  /// How files are written.
  let options: OutputOptions

  /// None: a run that only shows its progress.
  func without() -> RunFiles { RunFiles(options: options) }

  /// How log and chart are written: those of the part before a break are replaced.
  var recordOptions: OutputOptions {
    var options = options
    options.force = options.force || resumes
    return options
  }
}
