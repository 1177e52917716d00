import ArgumentParser
import Containers
import JSON

/// A command whose run can be repeated: `--config` takes what its options say from an earlier run.
///
/// The settings are read off the declarations: a property `learningRate` is the option
/// `--learning-rate`. What a new option says is kept without a word; what is not to be repeated is
/// named here.
protocol RepeatableCommand: ParsableCommand {}

extension RepeatableCommand {
  /// What the options say, in the order of their names.
  var repeatedSettings: RunSettings {
    DeclaredSettings.of(self).filter { !DeclaredSettings.unrepeated.contains($0.0) }
      .sorted { $0.0 < $1.0 }
  }
}

/// Options and their values, read off a command's declarations.
enum DeclaredSettings {
  /// Options that say where and how a result is written and shown, not what it is.
  static let unrepeated: Set<String> = [
    "output", "force", "no-sync", "gzip", "threads", "json", "quiet", "log", "chart", "config",
    "checkpoint", "every", "keep", "resume", "compare-full", "full-learning-rate",
  ]

  /// The options of a command or a group, in the order of their declarations.
  static func of(_ declarations: Any) -> RunSettings {
    Mirror(reflecting: declarations).children.flatMap { child -> RunSettings in
      guard let label = child.label else { return [] }
      if let group = child.value as? any DeclaredGroup { return of(group.declarations) }
      guard let option = child.value as? any DeclaredOption, let value = option.setting else {
        return []
      }
      return [(optionName(label), value)]
    }
  }

  /// `learning-rate` for the property `_learningRate`.
  private static func optionName(_ label: String) -> String {
    label.drop { $0 == "_" }.reduce(into: "") { name, character in
      name += character.isUppercase ? "-" + character.lowercased() : String(character)
    }
  }
}

/// A group of options inside a command.
private protocol DeclaredGroup {
  var declarations: Any { get }
}

extension OptionGroup: DeclaredGroup {
  fileprivate var declarations: Any { wrappedValue }
}

/// An option or a flag.
private protocol DeclaredOption {
  /// Its value as `--config` takes it; nil for none.
  var setting: JSONValue? { get }
}

extension Option: DeclaredOption {
  fileprivate var setting: JSONValue? { jsonValue(of: wrappedValue) }
}

extension Flag: DeclaredOption {
  fileprivate var setting: JSONValue? { jsonValue(of: wrappedValue) }
}

/// A value as it would be given on the command line; nil for none.
private func jsonValue(of value: Any) -> JSONValue? {
  switch value {
  case let value as any OptionalValue: value.wrapped.flatMap(jsonValue)
  case let value as Bool: .bool(value)
  case let value as Int: .number(value)
  case let value as Double: .number(value)
  case let value as [Any]: value.isEmpty ? nil : .array(value.compactMap(jsonValue))
  case let value as any SettingValue: value.setting
  case let value as any RawRepresentable<String>: .string(value.rawValue)
  default: .string("\(value)")
  }
}

/// A value that is not written as its description.
protocol SettingValue {
  var setting: JSONValue { get }
}

private protocol OptionalValue {
  var wrapped: Any? { get }
}

extension Optional: OptionalValue {
  fileprivate var wrapped: Any? { self }
}
