import Tensors

/// A signal that ended a run, and what is left of it.
enum RunStop: ReportableError, Equatable {
  /// The state was saved; `step` steps are done.
  case saved(signal: Int32, step: Int, path: String)
  /// Without --checkpoint.
  case lost(signal: Int32, step: Int)
  /// While --compare-full trained all weights.
  case comparing(signal: Int32, output: String)

  var category: FailureCategory { .inputOutput }

  /// 128 + the signal.
  var exitStatus: Int32 {
    switch self {
    case .saved(let signal, _, _), .lost(let signal, _), .comparing(let signal, _): 128 + signal
    }
  }

  var description: String {
    switch self {
    case .saved(let signal, let step, let path):
      "stopped by signal \(signal) after step \(step); the state is saved in \(escaped(path)): go "
        + "on with the same command and --resume"
    case .lost(let signal, let step):
      "stopped by signal \(signal) after step \(step); no result was written, and no state without "
        + "--checkpoint"
    case .comparing(let signal, let output):
      "stopped by signal \(signal) in the full fine-tuning of --compare-full; the adapter is "
        + "written: \(escaped(output))"
    }
  }
}
