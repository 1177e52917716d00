import JSON

extension JSONValue {
  /// Reads the file at `path`, which may have at most `sizeLimit` bytes.
  ///
  /// - Throws: `InputProblem` when it cannot be read, `JSONProblem` with its byte otherwise.
  package init(
    contentsOf path: String, spelling: JSONSpelling = .standard, sizeLimit: Int = 64 << 20,
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let bytes = try InputFile.contents(of: path, sizeLimit: sizeLimit, in: system)
    do throws(JSONFailure) {
      try self.init(parsing: bytes, spelling: spelling)
    } catch {
      throw ContainerError(file: path, offset: error.offset, .json(error.problem))
    }
  }
}
