/// An error that can say what is wrong with one setting of a file.
package protocol SettingFailure: Error {
  static func setting(file: String, name: String, problem: String) -> Self
}

/// Typed access to the settings of one configuration file; every refusal names the setting.
///
/// A missing setting and `null` are the same: nil.
package struct SettingReader<Failure: SettingFailure> {
  package let file: String
  package let settings: JSONValue

  package init(file: String, settings: JSONValue) {
    (self.file, self.settings) = (file, settings)
  }

  package func value(_ name: String) -> JSONValue? {
    guard let value = settings[name], !value.isNull else { return nil }
    return value
  }

  package func has(_ name: String) -> Bool {
    settings[name] != nil
  }

  package func integer(_ name: String) throws(Failure) -> Int? {
    guard let value = value(name) else { return nil }
    guard let integer = value.int else { throw wrongType(name, "a whole number", value) }
    return integer
  }

  package func number(_ name: String) throws(Failure) -> Double? {
    guard let value = value(name) else { return nil }
    return try number(value, name)
  }

  package func flag(_ name: String) throws(Failure) -> Bool {
    guard let value = value(name) else { return false }
    guard let flag = value.bool else { throw wrongType(name, "true or false", value) }
    return flag
  }

  package func text(_ name: String) throws(Failure) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string else { throw wrongType(name, "a text", value) }
    return text
  }

  /// A list of texts; a single text is a list of one.
  package func texts(_ name: String) throws(Failure) -> [String]? {
    guard let value = value(name) else { return nil }
    if let text = value.string { return [text] }
    guard let items = value.array else { throw wrongType(name, "a list of texts", value) }
    return try items.map { item throws(Failure) in
      guard let text = item.string else { throw wrongType(name, "a list of texts", item) }
      return text
    }
  }

  /// A list of whole numbers; a single one is a list of one.
  package func integers(_ name: String) throws(Failure) -> [Int]? {
    guard let value = value(name) else { return nil }
    return try integers(value, name)
  }

  package func integers(_ value: JSONValue, _ name: String) throws(Failure) -> [Int] {
    if let integer = value.int { return [integer] }
    guard let items = value.array else { throw wrongType(name, "a list of whole numbers", value) }
    return try items.map { item throws(Failure) in
      guard let integer = item.int else {
        throw wrongType(name, "a list of whole numbers", item)
      }
      return integer
    }
  }

  /// The entries of an object, in the file's order.
  package func entries(_ name: String) throws(Failure) -> [(key: String, value: JSONValue)] {
    guard let value = value(name) else { return [] }
    guard let object = value.object else { throw wrongType(name, "an object", value) }
    return object.map { ($0.key.text, $0.value) }
  }

  package func number(_ value: JSONValue, _ name: String) throws(Failure) -> Double {
    guard let number = value.double else { throw wrongType(name, "a number", value) }
    guard number.isFinite else {
      throw .setting(file: file, name: name, problem: "expected a finite number, found \(number)")
    }
    return number
  }

  private func wrongType(_ name: String, _ wanted: String, _ found: JSONValue) -> Failure {
    .setting(file: file, name: name, problem: "expected \(wanted), found \(found.kindName)")
  }
}
