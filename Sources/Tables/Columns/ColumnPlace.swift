/// A column of a file, for errors about it.
struct ColumnPlace {
  let file: String
  let column: String

  func error(_ reason: TableError.Reason, line: Int? = nil) -> TableError {
    TableError(file: file, line: line, column: column, reason)
  }
}
