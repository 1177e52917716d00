import SystemPackage

/// An open input: a regular file, read anywhere, or a pipe, read once from front to back.
package final class InputFile: Sendable {
  /// The path as the user gave it; `-` is standard input.
  package let path: String
  /// Bytes of a regular file; nil for a stream.
  package let size: Int?

  /// Of a regular file; nil for a stream.
  var permissions: FilePermissions? { size == nil ? nil : status.permissions }

  private let descriptor: FileDescriptor
  private let status: FileStatus
  private let system: any FileSystem
  private let isStandardInput: Bool
  /// Whose descriptor this reads through; nil when it has its own.
  private let owner: LockedFile?

  /// Opens `path`, following links; `-` stands for standard input.
  ///
  /// - Throws: `InputProblem` when it is missing, unreadable, a folder, a socket or a device.
  package init(
    _ path: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    self.path = path
    self.system = system
    isStandardInput = path == "-"
    owner = nil
    if isStandardInput && StandardStreams.isInputClosed {
      throw ContainerError(file: path, .input(.closed))
    }
    do throws(Errno) {
      descriptor =
        isStandardInput ? .standardInput : try system.openToRead(FilePath(path))
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "opening")))
    }
    do throws(Errno) {
      status = try system.status(of: descriptor)
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "reading")))
    }
    let isRegular = status.kind == .file && !isStandardInput
    size = isRegular ? status.size : nil
    switch status.kind {
    case .file, .pipe: break
    case .folder: throw ContainerError(file: path, .input(.isDirectory))
    default:
      // A terminal or socket can stand at standard input; elsewhere a device is a mistake.
      guard isStandardInput else { throw ContainerError(file: path, .input(.notAFile)) }
    }
  }

  /// Reads what is to be changed in place through the same descriptor.
  init(_ locked: LockedFile) {
    path = locked.path
    size = locked.size
    descriptor = locked.descriptor
    status = locked.status
    system = locked.system
    isStandardInput = false
    owner = locked
  }

  deinit {
    if !isStandardInput && owner == nil { system.close(descriptor) }
  }

  /// Fills `buffer` from `offset` on; a regular file only.
  ///
  /// - Throws: `InputProblem.endsEarly` when the file is shorter, `.failed` when reading fails.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(ContainerError) {
    guard size != nil else { throw ContainerError(file: path, .input(.needsRandomAccess)) }
    var count = 0
    while count < buffer.byteCount {
      var rest = buffer._mutatingExtracting(count..<buffer.byteCount)
      let step = try attempt { () throws(Errno) in
        try system.read(descriptor, into: &rest, at: offset + count)
      }
      guard step > 0 else {
        let missing = buffer.byteCount - count
        throw ContainerError(
          file: path, offset: offset + count, .input(.endsEarly(missing: missing)))
      }
      count += step
    }
  }

  /// Reads the next bytes of a stream; 0 at its end.
  package func readNext(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    while true {
      do throws(Errno) {
        return try system.read(descriptor, into: &buffer)
      } catch .interrupted {
        try Interruption.check()
      } catch {
        throw ContainerError(file: path, .input(InputProblem(error, operation: "reading")))
      }
    }
  }

  /// Reads at most `buffer.byteCount` bytes from `offset` of a regular file; 0 at its end.
  package func readSome(at offset: Int, into buffer: inout MutableRawSpan) throws(ContainerError)
    -> Int
  {
    do throws(Errno) {
      return try system.read(descriptor, into: &buffer, at: offset)
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "reading")))
    }
  }

  /// Throws `InputProblem.changed` when size, time or identity differ from those at opening.
  package func checkUnchanged() throws(ContainerError) {
    guard size != nil else { return }
    let current = try attempt { () throws(Errno) in try system.status(of: descriptor) }
    // The count of links may change without the content doing so.
    let isSame =
      current.isSameFile(as: status) && current.size == status.size
      && current.modified == status.modified
    guard isSame else { throw ContainerError(file: path, .input(.changed)) }
  }

  /// Whether `path` names this very file.
  package func isSameFile(as path: String) -> Bool {
    guard let other = try? system.status(of: FilePath(path), followingLinks: true) else {
      return false
    }
    return other.isSameFile(as: status)
  }

  private func attempt<Result>(_ body: () throws(Errno) -> Result) throws(ContainerError) -> Result
  {
    do throws(Errno) {
      return try body()
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "reading")))
    }
  }
}
