import Foundation

/// A folder of a test's own, removed with all that is in it when the test is done.
package struct ScratchFolder: Sendable {
  /// The folder itself, an absolute path without a slash at its end.
  package let root: String

  /// Makes a folder, runs `body` with it and removes it, whatever `body` throws.
  package static func with<Result>(_ body: (ScratchFolder) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("lora-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(ScratchFolder(root: url.resolvingSymlinksInPath().path))
  }

  /// The path of `name` in this folder; nothing is created.
  package func path(_ name: String) -> String { root + "/" + name }

  /// Writes `bytes` into `name`, makes the folders on the way, and returns the file's path.
  @discardableResult
  package func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(Array(bytes)).write(to: url)
    return url.path
  }

  /// Writes `text` as UTF-8 into `name`, and returns the file's path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(text.utf8, to: name)
  }

  /// The bytes of the file `name`.
  package func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Whether there is a file or folder `name`.
  package func holds(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }

  /// Names of what lies in this folder, hidden files too, sorted.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root).sorted()
  }

  /// Copies the file or folder `source` into this folder as `name`, and returns its path.
  @discardableResult
  package func copy(_ source: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: source, toPath: path(name))
    return path(name)
  }
}
