import Synchronization
import SystemPackage

/// Bytes that have to be somewhere until they are written where they belong: a file without a name.
///
/// It is removed from its folder as soon as it is open, and its room is free again when the object
/// goes away or the process ends, however that happens.
package final class SpoolFile: Sendable {
  /// The output it is for, which errors show.
  private let output: String
  private let system: any FileSystem
  private let descriptor: FileDescriptor
  private let end = Mutex(0)

  /// A spool in the folder of `output`.
  ///
  /// - Throws: `OutputProblem` when there is no place for it.
  package init(
    beside output: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    self.output = output
    self.system = system
    var path = FilePath(output)
    guard let last = path.lastComponent, last.kind == .regular,
      let name = FilePath.Component(".\(last.string).lora-spool")
    else { throw ContainerError(file: output, .output(.notAName)) }
    path = path.removingLastComponent().appending(name)
    do throws(Errno) {
      descriptor = try Self.open(path, in: system)
    } catch {
      throw ContainerError(
        file: output, .output(.creating(error, "opening a temporary file")))
    }
  }

  private static func open(
    _ path: FilePath, in system: any FileSystem
  ) throws(Errno) -> FileDescriptor {
    // A name that is there belongs to a run that was killed between its two calls, or is about to
    // make the second one: neither needs the name.
    do throws(Errno) {
      try system.removeFile(path)
    } catch .noSuchFileOrDirectory {}
    let descriptor = try system.openToWrite(path, mode: .ownerReadWrite, exclusive: true)
    try? system.removeFile(path)
    return descriptor
  }

  deinit {
    system.close(descriptor)
  }

  /// Appends `bytes`, from any thread, and says where they are.
  package func append(_ bytes: RawSpan) throws(ContainerError) -> Range<Int> {
    let start = end.withLock { end in
      defer { end += bytes.byteCount }
      return end
    }
    var written = 0
    while written < bytes.byteCount {
      do throws(Errno) {
        let rest = bytes.extracting(written..<bytes.byteCount)
        let count = try system.write(rest, to: descriptor, at: start + written)
        guard count > 0 else { throw Errno.ioError }
        written += count
      } catch {
        throw ContainerError(file: output, .output(.failed(operation: "writing", error)))
      }
    }
    return start..<(start + bytes.byteCount)
  }

  /// The bytes that were appended at `range`.
  package func bytes(at range: Range<Int>) throws(ContainerError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: range.count)
    try result.withMutableBytes { (buffer) throws(ContainerError) in
      var count = 0
      while count < buffer.byteCount {
        do throws(Errno) {
          var rest = buffer._mutatingExtracting(count..<buffer.byteCount)
          let step = try system.read(
            descriptor, into: &rest, at: range.lowerBound + count)
          guard step > 0 else { throw Errno.ioError }
          count += step
        } catch {
          throw ContainerError(
            file: output, .output(.failed(operation: "reading a temporary file", error)))
        }
      }
    }
    return result
  }
}
