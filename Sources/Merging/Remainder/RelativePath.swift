import FoundationEssentials

/// Paths counted from a folder, by their texts alone: no file is looked at.
enum RelativePath {
  /// The path from the working directory that `path` means when counted from `folder`.
  static func resolve(_ path: String, in folder: String) -> String {
    guard !path.hasPrefix("/"), !folder.isEmpty, folder != "." else { return path }
    return folder + (folder.hasSuffix("/") ? "" : "/") + path
  }

  /// The path that leads from `folder` to `path`, both counted from the working directory.
  static func path(to path: String, from folder: String) -> String {
    var (target, start) = (parts(of: path), parts(of: folder))
    if path.hasPrefix("/") != folder.hasPrefix("/") {
      let current = parts(of: FileManager.default.currentDirectoryPath)
      if path.hasPrefix("/") {
        start = normalized(current + start)
      } else {
        target = normalized(current + target)
      }
    }
    while let first = target.first, first == start.first, target.count > 1 {
      target.removeFirst()
      start.removeFirst()
    }
    // From above the working directory the way down is not known.
    guard !start.contains("..") else { return path }
    return (start.map { _ in ".." } + target).joined(separator: "/")
  }

  /// The folder that holds `path`.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func parts(of path: String) -> [String] {
    normalized(path.split(separator: "/").map(String.init))
  }

  /// Without `.`, and without what a later `..` takes back.
  private static func normalized(_ parts: [String]) -> [String] {
    parts.reduce(into: []) { result, part in
      if part == ".." && result.last != nil && result.last != ".." {
        result.removeLast()
      } else if part != "." {
        result.append(part)
      }
    }
  }
}
