/// Lists of modules as a user writes them.
enum ModuleWords {
  /// The words of a list with commas between; a regular expression may have commas of its own.
  static func of(_ text: String?) -> [String]? {
    guard let text else { return nil }
    return text.hasPrefix("re:") ? [text] : text.split(separator: ",").map(String.init)
  }
}
