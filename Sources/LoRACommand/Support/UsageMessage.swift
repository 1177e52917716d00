import ArgumentParser

extension CommandFailure {
  /// The command that explains how `arguments` should have been written, as `lora help merge`.
  static func helpCommand(for arguments: [String]) -> String {
    var command: any ParsableCommand.Type = RootCommand.self
    var words = ["lora", "help"]
    for argument in arguments {
      guard let next = subcommand(argument, of: command) else { break }
      words.append(argument)
      command = next
    }
    return words.joined(separator: " ")
  }

  /// The argument parser's message as the middle of a sentence.
  ///
  /// To the parser a misspelt subcommand is only an argument it did not expect; say what it is.
  static func usageMessage(_ message: String, arguments: [String]) -> String {
    if let problem = problem(ofCommand: arguments.first) { return problem }
    var text = message
    if text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// What is wrong with `lora help COMMAND`, where the parser would help on the whole program.
  static func problemOfHelp(_ arguments: [String]) -> String? {
    arguments.first == "help" ? problem(ofCommand: arguments.dropFirst().first) : nil
  }

  private static func problem(ofCommand name: String?) -> String? {
    guard let name, name != "help", !name.hasPrefix("-"),
      subcommand(name, of: RootCommand.self) == nil
    else { return nil }
    return "there is no command '\(name)'"
  }

  private static func subcommand(
    _ name: String, of command: any ParsableCommand.Type
  ) -> (any ParsableCommand.Type)? {
    let configuration = command.configuration
    let all =
      configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
    return all.first {
      $0._commandName == name || $0.configuration.aliases.contains(name)
    }
  }
}
