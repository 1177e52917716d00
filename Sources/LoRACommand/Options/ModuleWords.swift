/// Lists of modules as a user writes them.
enum ModuleWords {
  /// The words of a list with commas between; a regular expression may have commas of its own.
  static func of(_ text: String?) -> [String]? {
    guard let text else { return nil }
    return text.hasPrefix("re:") ? [text] : text.split(separator: ",").map(String.init)
  }

  /// The words of `--target-modules`; nil means all.
  static func targets(_ text: String?) -> [String]? {
    text?.lowercased() == "all-linear" ? nil : of(text)
  }

  /// The names, or of many the last parts of these and how many modules they are:
  /// `q_proj, v_proj (60 modules)`.
  static func summary(of names: [String]) -> String {
    guard names.count > 12 else { return names.joined(separator: ", ") }
    var endings: [String] = []
    for name in names {
      let ending = String(name.split(separator: ".").last ?? "")
      if !endings.contains(ending) { endings.append(ending) }
    }
    let shown = endings.prefix(12).joined(separator: ", ") + (endings.count > 12 ? ", …" : "")
    return "\(shown) (\(names.count) modules)"
  }
}
