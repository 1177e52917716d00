import Containers
import JSON
import Tensors

/// Where the remainder of a merge lies, as the merged checkpoint's record says.
package struct RemainderReference: Sendable, Equatable {
  /// Counted from the folder that holds the merged file, or from the merged folder itself.
  package let path: String
  /// Of the remainder's tensors.
  package var fingerprint: Fingerprint

  package init(path: String, fingerprint: Fingerprint) {
    self.path = path
    self.fingerprint = fingerprint
  }

  init?(_ value: JSONValue) {
    guard let path = value["path"]?.string,
      let fingerprint = value["fingerprint"]?.string.flatMap(Fingerprint.init)
    else { return nil }
    self.init(path: path, fingerprint: fingerprint)
  }

  var json: JSONValue {
    JSONValue(members: [
      ("path", .string(path)), ("fingerprint", .string(fingerprint.description)),
    ])
  }

  /// The path from the working directory, for a record in `merged`.
  func path(from merged: Checkpoint) -> String {
    RelativePath.resolve(path, in: RemainderPlace.folder(of: merged))
  }
}
