import ArgumentParser
import Tensors

extension CommandFailure {
  /// The command that explains how `arguments` should have been written, as `lora help merge`.
  static func helpCommand(for arguments: [String]) -> String {
    let rest = command(of: arguments).rest
    let names = arguments.prefix(arguments.count - rest.count)
    return (["lora", "help"] + names).joined(separator: " ")
  }

  /// The argument parser's message as the middle of a sentence.
  ///
  /// To the parser a misspelt subcommand is only an argument it did not expect; say what it is.
  static func usageMessage(_ message: String, arguments: [String]) -> String {
    if let problem = problem(ofCommand: arguments) { return problem }
    let (command, rest) = command(of: arguments)
    let declared = DeclaredWords(command)
    if let problem = declared.problem(ofOptionIn: rest, message) { return problem }
    var text = message
    if text.hasSuffix(".") { text.removeLast() }
    text = text.prefix(1).lowercased() + text.dropFirst()
    if text.hasPrefix("missing expected argument '<") {
      let words = ["lora"] + arguments.prefix(arguments.count - rest.count) + declared.arguments
      text += ", as in: " + words.joined(separator: " ")
    }
    return text
  }

  /// What is wrong with `lora help COMMAND`, where the parser would help on the whole program.
  static func problemOfHelp(_ arguments: [String]) -> String? {
    arguments.first == "help" ? problem(ofCommand: Array(arguments.dropFirst())) : nil
  }

  /// That the word where a command's name is expected is none, and which it may be.
  private static func problem(ofCommand arguments: [String]) -> String? {
    let (command, rest) = command(of: arguments)
    let known = subcommands(of: command).map { $0._commandName }
    guard let name = rest.first, name != "help", !name.hasPrefix("-"), !known.isEmpty else {
      return nil
    }
    let words = arguments.prefix(arguments.count - rest.count) + [name]
    return "there is no command '\(words.joined(separator: " "))'"
      + (NearestName.find(name, among: known).map { "; the nearest is '\($0)'" } ?? "")
  }

  /// The command that `arguments` begin with, and the words behind its name.
  private static func command(
    of arguments: [String]
  ) -> (command: any ParsableCommand.Type, rest: [String]) {
    var (command, rest) = (RootCommand.self as any ParsableCommand.Type, arguments[...])
    while let name = rest.first, let next = subcommand(name, of: command) {
      (command, rest) = (next, rest.dropFirst())
    }
    return (command, Array(rest))
  }

  private static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    subcommands(of: command).first {
      $0._commandName == name || $0.configuration.aliases.contains(name)
    }
  }

  private static func subcommands(
    of command: any ParsableCommand.Type
  ) -> [any ParsableCommand.Type] {
    let configuration = command.configuration
    return configuration.ungroupedSubcommands
      + configuration.groupedSubcommands.flatMap(\.subcommands)
  }
}
