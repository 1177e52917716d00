import Adapters
import JSON
import Tensors

/// The options of an earlier run, given again by `--config`.
///
/// A run's configuration is `{"command": …, "settings": {OPTION: VALUE, …}}`: a JSON file, or what
/// an adapter's metadata says under `lora.run`. Options on the command line win.
enum StoredConfiguration {
  /// Options of which only one may be given.
  private static let alternatives = [
    ["epochs", "steps"], ["validation", "holdout"], ["standardize", "no-standardize"],
  ]
  /// Flags that are also given as `--no-`.
  private static let invertible = ["standardize"]

  /// `arguments` with the options of the file that `--config` names in its place.
  ///
  /// - Throws: `ContainerError` and `AdapterError` for files that cannot be read, `ModelError` for
  ///   what is no configuration of this command.
  static func expand(_ arguments: [String]) throws -> [String] {
    guard let command = arguments.first, ["train", "pretrain"].contains(command),
      let place = arguments.firstIndex(where: { $0 == "--config" || $0.hasPrefix("--config=") })
    else { return arguments }
    var rest = arguments
    let flag = rest.remove(at: place)
    var path = String(flag.dropFirst("--config=".count))
    if flag == "--config" {
      guard place < rest.count else { return arguments }
      path = rest.remove(at: place)
    }
    let run = try read(path)
    guard run["command"]?.string == command, let settings = run["settings"]?.object else {
      throw ModelError.configuration(file: path, command: command)
    }
    let recorded = Set(settings.keys.map(\.text))
    let given = Set(rest.compactMap(optionName))
    var options: [String] = []
    for (name, value) in settings where !isOverridden(name.text, by: given) {
      options += words(name.text, value)
    }
    if isAdapter(path) {
      options += try earlierDefaults(path, recorded: recorded, given: given)
    }
    return [command] + options + rest.dropFirst()
  }

  /// What lora 0.1 did where nobody said and, other than today's, did not record.
  private static func earlierDefaults(
    _ path: String, recorded: Set<String>, given: Set<String>
  ) throws(ModelError) -> [String] {
    let said = recorded.union(given)
    guard !said.isDisjoint(with: ["epochs", "steps"]) else {
      throw .unknownLength(file: path)
    }
    var options: [String] = []
    if said.isDisjoint(with: ["holdout", "validation"]) { options.append("--holdout=0") }
    if !said.contains("patience") { options.append("--patience=0") }
    return options
  }

  private static func isAdapter(_ path: String) -> Bool {
    AdapterFile.isFolder(path) || path.hasSuffix(".safetensors")
  }

  private static func read(_ path: String) throws -> JSONValue {
    guard !isAdapter(path) else {
      let text = try AdapterFile.open(path).metadata[metadataKey]
      return text.flatMap { try? JSONValue(parsing: $0) } ?? .null
    }
    return try JSONValue(contentsOf: path)
  }

  static let metadataKey = "lora.run"

  private static func optionName(_ word: String) -> String? {
    word.hasPrefix("--") ? String(word.dropFirst(2).prefix { $0 != "=" }) : nil
  }

  private static func isOverridden(_ name: String, by given: Set<String>) -> Bool {
    given.contains(name)
      || alternatives.contains { $0.contains(name) && !given.isDisjoint(with: $0) }
  }

  private static func words(_ name: String, _ value: JSONValue) -> [String] {
    switch value {
    case .bool(let isOn): isOn ? ["--\(name)"] : invertible.contains(name) ? ["--no-\(name)"] : []
    case .number(let number): ["--\(name)=\(number.text)"]
    case .string(let text): ["--\(name)=\(text)"]
    case .array(let values): values.flatMap { words(name, $0) }
    case .null, .object: []
    }
  }
}
