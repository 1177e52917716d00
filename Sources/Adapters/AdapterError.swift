import Containers
import JSON
import Tensors

/// Why an adapter is not read, or not applied.
///
/// The sentence is built in `description`; every case says which file, which tensor or setting,
/// what was expected and what to do.
package enum AdapterError: ReportableError, SettingFailure, Equatable {
  /// A setting of `adapter_config.json` is missing, has the wrong type or an impossible value.
  case setting(file: String, name: String, problem: String)
  /// The adapter needs something that is not done here, for this reason.
  case unsupported(file: String, what: String, remedy: String)
  /// A tensor of the adapter cannot be used as it is.
  case tensor(file: String, name: String, problem: String)
  /// A tensor of the adapter finds no counterpart in the base.
  case unmatched(file: String, name: String, expected: String, nearest: String?)
  /// The adapter as a whole does not go with the base, or with another adapter.
  case mismatch(file: String, problem: String)
  /// A result is not finite although the base is.
  case nonFinite(file: String, name: String, index: Int, value: String)
  /// The comparison ran, and this tensor differs.
  case different(file: String, name: String, problem: String)
  /// The comparison ran, and the file as a whole differs.
  case differentFingerprint(file: String, expected: Fingerprint, found: Fingerprint)
  /// A pattern of the configuration cannot be used.
  case pattern(file: String, setting: String, pattern: String, error: PatternError)

  init(_ error: SettingProblem) {
    self = .setting(file: error.file, name: error.name, problem: error.problem)
  }

  package var category: FailureCategory {
    switch self {
    case .different, .differentFingerprint: .different
    default: .badData
    }
  }

  package var description: String {
    switch self {
    case .setting(let file, let name, let problem):
      "\(escaped(file)): setting \"\(escaped(name))\": \(problem)"
    case .unsupported(let file, let what, let remedy):
      "\(escaped(file)): \(what); \(remedy)"
    case .tensor(let file, let name, let problem):
      "\(escaped(file)): tensor \"\(escaped(name))\": \(problem)"
    case .unmatched(let file, let name, let expected, let nearest):
      "\(escaped(file)): tensor \"\(escaped(name))\": the base has no \(expected)"
        + (nearest.map { "; the nearest name in the base is \"\(escaped($0))\"" }
          ?? "; is this the adapter's base?")
    case .mismatch(let file, let problem):
      "\(escaped(file)): \(problem)"
    case .nonFinite(let file, let name, let index, let value):
      "\(escaped(file)): tensor \"\(escaped(name))\": element \(index) becomes \(value)"
        + " though the base is finite; use a smaller weight or a wider dtype"
    case .different(let file, let name, let problem):
      "\(escaped(file)): tensor \"\(escaped(name))\": \(problem)"
    case .differentFingerprint(let file, let expected, let found):
      "\(escaped(file)): expected the fingerprint \(expected), found \(found); "
        + "it was changed, or damaged: fetch or make it again"
    case .pattern(let file, let setting, let pattern, let error):
      "\(escaped(file)): setting \"\(escaped(setting))\": pattern \"\(escaped(pattern))\": "
        + "\(error); correct it in the configuration"
    }
  }
}
