import Tensors

/// Why a run cannot go on from a saved state.
enum StateError: ReportableError, Equatable {
  /// A state that is not what its manifest says.
  case damaged(folder: String, problem: String)
  case noneUsable(folder: String)
  case otherRun(folder: String, setting: String, saved: String, given: String)
  case occupied(folder: String)
  /// A state of another version, whose training has other bits.
  case otherVersion(folder: String, saved: String)

  var category: FailureCategory {
    if case .occupied = self { .cannotCreate } else { .badData }
  }

  /// Whether an older state would be refused as well.
  var isOtherVersion: Bool {
    if case .otherVersion = self { true } else { false }
  }

  var description: String {
    switch self {
    case .damaged(let folder, let problem):
      "\(escaped(folder)): the saved state is damaged: \(problem)"
    case .noneUsable(let folder):
      "\(escaped(folder)): no saved state can be used; start anew with --force"
    case .otherRun(let folder, let setting, let saved, let given):
      "\(escaped(folder)): was saved by another run: \(setting) was \(escaped(saved)), here it is "
        + "\(escaped(given)); give the same, or start anew with --force"
    case .occupied(let folder):
      "\(escaped(folder)): holds the states of a run; go on with --resume, or replace them with "
        + "--force"
    case .otherVersion(let folder, let saved):
      "\(escaped(folder)): was saved by lora \(escaped(saved, inQuotes: false)), and this is "
        + "\(Version.number), which goes on in other bits; end the run with \(escaped(saved, inQuotes: false)), or "
        + "start anew with --force in place of --resume"
    }
  }
}
