import Containers

/// Tells a CSV file that was given where weights belong.
enum DatasetSignature {
  /// What inspect says of a table at `path`; nil for any other error.
  static func explanation(of error: ContainerError, at path: String) -> InspectionProblem? {
    error.problem == .input(.foreign(.table)) ? .dataset(path: path) : nil
  }
}
