import Testing

import Containers

/// Folders of the repository, found from this file.
enum Fixtures {
  static func path(_ relative: String, file: String = #filePath) -> String {
    let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/" + root + "/fixtures/" + relative
  }
}
