import JSON
import Kernels
import SystemPackage

/// What was written into a folder beyond the names that every model folder may have.
///
/// The side files of a model have any names. So that `--force` can tell those that came with the
/// output from what somebody put there since, the folder says which ones were written with it:
/// `lora-files.json`, an object of a digest for each name. One that was edited is somebody's.
struct WrittenFiles {
  static let name = "lora-files.json"

  private let digests: JSONValue

  /// Reads what a folder says; nothing when it says nothing.
  init(inFolder path: FilePath, _ system: any FileSystem) {
    digests = (try? JSONValue(contentsOf: path.appending(Self.name).string, in: system)) ?? .null
  }

  /// Whether the file was written with the folder, and is still what it was.
  func holds(_ name: String, at path: FilePath, _ system: any FileSystem) -> Bool {
    guard let wanted = digests[name]?.string,
      let status = try? system.status(of: path, followingLinks: false), status.kind == .file
    else { return false }
    return (try? Self.digest(of: path, system)) == wanted
  }

  /// The text of `lora-files.json` for files of these names in a folder; nil when none needs it.
  static func text(
    for names: [String], inFolder path: FilePath, _ system: any FileSystem
  ) throws(ContainerError) -> String? {
    var members: [(String, JSONValue)] = []
    for name in names where !ModelFolderNames.contains(name) {
      members.append((name, .string(try digest(of: path.appending(name), system))))
    }
    return members.isEmpty ? nil : JSONValue(members: members).indentedText + "\n"
  }

  /// The digest of the digests of its MiBs, as hexadecimal digits.
  private static func digest(
    of path: FilePath, _ system: any FileSystem
  ) throws(ContainerError) -> String {
    let input = try InputFile(path.string, in: system)
    let size = input.size ?? 0
    var digests: [UInt8] = []
    for start in stride(from: 0, to: size, by: Fingerprint.chunkSize) {
      var bytes = [UInt8](repeating: 0, count: min(Fingerprint.chunkSize, size - start))
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try input.read(at: start, into: &bytes)
      }
      digests += bytes.withBytes { Digest(of: $0) }.bytes
    }
    let digest = digests.withBytes { Digest(of: $0) }
    return digest.bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
