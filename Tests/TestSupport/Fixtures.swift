import Foundation

/// The files under `fixtures/`, found from where this source file lies.
package enum Fixtures {
  /// The root of the package, an absolute path without a slash at its end.
  package static let packageRoot: String = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The path of `name` under `fixtures/`.
  package static func path(_ name: String) -> String { packageRoot + "/fixtures/" + name }

  /// The bytes of the file `name` under `fixtures/`.
  package static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// The JSON file `name` under `fixtures/`, decoded.
  package static func json<Content: Decodable>(
    _ name: String, as type: Content.Type = Content.self
  ) throws -> Content {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Names of what lies in the folder `name` under `fixtures/`, sorted; hidden files left out.
  package static func names(in name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(name))
      .filter { !$0.hasPrefix(".") }
      .sorted()
  }
}
