import ArgumentParser
import Containers
import Tables
import Tensors

/// How a command that threw ends: what it says, and the exit code of the process.
///
/// | thrown | said | exit code |
/// |---|---|---|
/// | help, version or completion script asked for | the text, on stdout | 0 |
/// | a usage error of the argument parser | one line that points to `lora help COMMAND` | 64 |
/// | `ReportableError` | its one line | its category |
/// | `TableFaults` | one line each, at most 16, then how many more and the command to give | 65 |
/// | `ErrorList` | one line each, at most 20, then how many more | of its first error |
/// | a closed pipe on stdout | nothing | 141 |
/// | a signal that asked to stop | one line | 128 + the signal |
/// | `ExitCode` | nothing | itself |
/// | anything else | one line that calls it a bug | 70 |
package struct CommandFailure: Sendable, Equatable {
  /// What stdout gets, without its last line feed.
  package let output: String
  /// What stderr gets, a line each, complete.
  package let errorLines: [String]
  package let exitCode: Int32

  /// Decides how `error`, thrown while parsing or running `arguments`, is reported.
  package init(_ error: any Error, arguments: [String]) {
    switch error {
    case let error as ContainerError:
      self.init(
        messages: error.isQuiet ? [] : [error.description], exitCode: error.exitStatus)
    case let error as RunStop:
      self.init(messages: [error.description], exitCode: error.exitStatus)
    case let error as TableError:
      self.init(table: [error], target: nil, arguments: arguments)
    case let error as TableFaults:
      self.init(table: error.errors, target: error.assumedTarget, arguments: arguments)
    case let error as ErrorList:
      self.init(messages: Self.capped(error.lines), exitCode: error.category.rawValue)
    case let error as any ReportableError:
      self.init(messages: [error.description], exitCode: error.category.rawValue)
    case let error as ExitCode:
      self.init(exitCode: error.rawValue)
    default:
      self.init(parserError: error, arguments: arguments)
    }
  }

  private init(output: String = "", messages: [String] = [], exitCode: Int32) {
    self.output = output.hasSuffix("\n") ? String(output.dropLast()) : output
    self.errorLines = messages.map { "lora: error: " + singleLine($0) }
    self.exitCode = exitCode
  }

  private init(table errors: [TableError], target: String?, arguments: [String]) {
    self.init(
      messages: TableFaultLines(errors, target: target, arguments: arguments).lines,
      exitCode: errors[0].category.rawValue)
  }

  /// Sorts what the argument parser throws; its own error types are not public, its verdicts are.
  private init(parserError error: any Error, arguments: [String]) {
    let message = RootCommand.message(for: error)
    switch RootCommand.exitCode(for: error) {
    case .success:
      if let problem = Self.problemOfHelp(arguments) {
        self.init(usageProblem: problem, arguments: [])
      } else {
        self.init(output: message, exitCode: 0)
      }
    case .validationFailure:
      self.init(
        usageProblem: Self.usageMessage(message, arguments: arguments), arguments: arguments)
    default:
      self.init(
        messages: ["internal error, please report it: \(error)"],
        exitCode: FailureCategory.bug.rawValue)
    }
  }

  private init(usageProblem: String, arguments: [String]) {
    self.init(
      messages: ["\(usageProblem); see '\(Self.helpCommand(for: arguments))'"],
      exitCode: FailureCategory.wrongUsage.rawValue)
  }

  /// Lines of one plan's errors, the count of the rest in place of what exceeds the limit.
  private static func capped(_ lines: [String]) -> [String] {
    let limit = 20
    guard lines.count > limit else { return lines }
    let rest = lines.count - limit
    return lines.prefix(limit) + ["and \(rest) more error\(rest == 1 ? "" : "s") of the same plan"]
  }
}
