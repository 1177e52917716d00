import Foundation
import TestSupport

/// A command as `lora --experimental-dump-help` declares it.
struct CommandDeclaration: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let kind: String
    let abstract: String?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool
  }

  let commandName: String
  let superCommands: [String]?
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [CommandDeclaration]?

  /// `lora`, as the built binary declares it.
  static func root() throws -> CommandDeclaration {
    struct Dump: Decodable {
      let command: CommandDeclaration
    }
    let result = try Tool.run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(result.output)).command
  }

  /// The commands right below; the argument parser's own `help` left out.
  var children: [CommandDeclaration] { (subcommands ?? []).filter { $0.commandName != "help" } }
  /// This command and all below it.
  var all: [CommandDeclaration] { [self] + children.flatMap(\.all) }
  /// The words that call it, as `lora synth spirals`.
  var words: [String] { (superCommands ?? []) + [commandName] }
  /// The name of its page, as `lora-synth-spirals`.
  var pageName: String { words.joined(separator: "-") }
  var shownArguments: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
}
