extension InputFile {
  /// All bytes of a small file or stream.
  ///
  /// - Throws: `InputProblem.tooLarge` as soon as more than `sizeLimit` bytes are there.
  package static func contents(
    of path: String, sizeLimit: Int, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) -> [UInt8] {
    let file = try InputFile(path, in: system)
    if let size = file.size, size > sizeLimit {
      throw ContainerError(file: path, .input(.tooLarge(limit: sizeLimit)))
    }
    let stream = FileStream(file)
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try chunk.withMutableBytes { (bytes) throws(ContainerError) in
        try stream.read(into: &bytes)
      }
      guard count > 0 else { return contents }
      guard contents.count + count <= sizeLimit else {
        throw ContainerError(file: path, .input(.tooLarge(limit: sizeLimit)))
      }
      contents += chunk[..<count]
    }
  }
}
