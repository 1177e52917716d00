import Foundation
import TestSupport
import Testing

/// What `lora --experimental-dump-help` tells of a command.
private struct Command: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let abstract: String?
    let names: [Name]?
    let shouldDisplay: Bool
  }
  let commandName: String
  let superCommands: [String]?
  let abstract: String?
  let discussion: String?
  let arguments: [Argument]?
  let subcommands: [Command]?

  /// This command and all below it; the argument parser's own `help` left out.
  var all: [Command] {
    [self] + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap(\.all)
  }
  var pageName: String { ((superCommands ?? []) + [commandName]).joined(separator: "-") + ".1" }
}

private struct Dump: Decodable {
  let command: Command
}

private func commands() throws -> [Command] {
  let result = try Tool.run(["--experimental-dump-help"])
  return try JSONDecoder().decode(Dump.self, from: Data(result.output)).command.all
}

/// The text of a page without its markup and line breaks.
private func words(_ text: String) -> String {
  text.replacing("\\&", with: "").replacing("\"", with: "").replacing("\\", with: "")
    .split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

@Suite struct ManualTests {
  private let folder = Fixtures.packageRoot + "/man"

  @Test func `every command has a page and every page a command`() throws {
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(pages == (try commands().map(\.pageName)).sorted())
  }

  @Test func `a page says what the command declares`() throws {
    for command in try commands() {
      let page = words(
        try String(contentsOfFile: "\(folder)/\(command.pageName)", encoding: .utf8))
      for text in [command.abstract, command.discussion].compactMap({ $0 }) {
        #expect(page.contains(words(text)), "man/\(command.pageName) is stale: run .ci/manual")
      }
      for argument in command.arguments ?? [] where argument.shouldDisplay {
        let names = (argument.names ?? []).map { ($0.kind == "long" ? "-" : "") + $0.name }
        for text in names + [words(argument.abstract ?? "")] {
          #expect(page.contains(text), "man/\(command.pageName) is stale: run .ci/manual")
        }
      }
    }
  }
}
