import Containers
import Tensors

/// Tells a CSV file that was given where weights belong.
enum DatasetSignature {
  /// A better explanation of `error` when the file at `path` reads like a table, else nil.
  static func explanation(
    of error: ContainerError, at path: String
  ) throws -> InspectionProblem? {
    guard case .header = error.problem, path != "-" else { return nil }
    var start = [UInt8](repeating: 0, count: 1024)
    let stream = FileStream(try InputFile(path))
    let count = try start.withMutableBytes { try stream.fill(&$0) }
    return isTable(start[..<count]) ? .dataset(path: path) : nil
  }

  /// Whether `start` is text whose first line is a list of fields.
  static func isTable(_ start: ArraySlice<UInt8>) -> Bool {
    guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let isText = start.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    return isText && start[..<end].contains(UInt8(ascii: ",")) && start.first != UInt8(ascii: "{")
  }
}
