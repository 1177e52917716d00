import LoRACommand

/// A manual page in mdoc, from a command's declaration.
///
/// The page has the declaration's own words and nothing else: what is missing here is missing there.
struct ManualPage {
  private let command: CommandDeclaration
  private var lines: [String] = []

  /// The page's source.
  var text: String { lines.joined(separator: "\n") + "\n" }

  init(_ command: CommandDeclaration) {
    self.command = command
    lines = [
      ".Dd November 27, 2026", ".Dt \(command.pageName.uppercased()) 1",
      ".Os lora \(Version.number)",
      ".Sh NAME", ".Nm \(command.pageName)",
      ".Nd " + Self.line(command.abstract ?? "").trimming("."),
    ]
    addSynopsis()
    addDescription()
    addCommands()
    addArguments()
    addEnd()
  }

  private mutating func addSynopsis() {
    lines += [".Sh SYNOPSIS", ".Nm \(command.words.joined(separator: " "))"]
    if !command.children.isEmpty { lines.append(".Ar command") }
    for argument in command.shownArguments {
      let call = Self.call(argument, argument.longName.map { ["-" + $0] } ?? [])
      lines.append((argument.isOptional ? ".Op " : ".") + call)
    }
  }

  private mutating func addDescription() {
    lines += [".Sh DESCRIPTION", Self.line(command.abstract ?? "")]
    for paragraph in (command.discussion ?? "").split(separator: "\n\n") {
      let environment = "Environment: "
      let isEnvironment = paragraph.hasPrefix(environment)
      lines.append(isEnvironment ? ".Sh ENVIRONMENT" : ".Pp")
      lines += paragraph.dropFirst(isEnvironment ? environment.count : 0).split(separator: "\n")
        .map { Self.line(String($0)) }
    }
  }

  private mutating func addCommands() {
    guard !command.children.isEmpty else { return }
    lines += [".Sh COMMANDS", ".Bl -tag -width Ds"]
    for child in command.children {
      lines += [".It Ic \(child.commandName)", Self.line(child.abstract ?? "")]
      lines += ["See", ".Xr \(child.pageName) 1 ."]
    }
    lines.append(".El")
  }

  /// A list for each section, in the order in which the sections begin; plain options come last.
  private mutating func addArguments() {
    var titles: [String] = []
    for argument in command.shownArguments where !titles.contains(argument.section) {
      titles.append(argument.section)
    }
    for title in titles.filter({ $0 != "OPTIONS" }) + titles.filter({ $0 == "OPTIONS" }) {
      lines += [".Sh \(title)", ".Bl -tag -width Ds"]
      for argument in command.shownArguments where argument.section == title {
        let names = (argument.names ?? []).sorted { $0.name.count < $1.name.count }
          .map { ($0.kind == "short" ? "" : "-") + $0.name }
        lines.append(".It " + Self.call(argument, names))
        lines.append(Self.line(argument.abstract ?? ""))
        lines += argument.notes.map(Self.line)
      }
      lines.append(".El")
    }
  }

  private mutating func addEnd() {
    if command.words.count > 1 {
      let parent = command.words.dropLast().joined(separator: "-")
      lines += [".Sh EXIT STATUS", "The exit codes are told in", ".Xr lora 1 ."]
      lines += [".Sh SEE ALSO", ".Xr \(parent) 1"]
    }
  }

  /// A flag or a value as it is written in a macro line.
  private static func call(_ argument: CommandDeclaration.Argument, _ names: [String]) -> String {
    let value = argument.valueName.map { "Ar \($0)" + (argument.isRepeating ? " ..." : "") } ?? ""
    let flags = names.map { "Fl \($0)" }.joined(separator: " , ")
    switch argument.kind {
    case "positional": return value
    case "flag": return flags
    default: return flags + " " + value
    }
  }

  /// Text that begins no macro and holds no escape.
  private static func line(_ text: String) -> String {
    let plain = text.replacing("\\", with: "\\e")
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }
}

extension CommandDeclaration.Argument {
  fileprivate var section: String {
    kind == "positional" ? "ARGUMENTS" : sectionTitle?.uppercased() ?? "OPTIONS"
  }

  fileprivate var longName: String? {
    guard kind != "positional" else { return nil }
    return names?.first { $0.kind != "short" }?.name ?? names?.first?.name
  }

  /// The values there are, and the one that is taken.
  fileprivate var notes: [String] {
    var notes: [String] = []
    if let allValues { notes.append("Values: \(allValues.joined(separator: ", ")).") }
    if let defaultValue, kind == "option" { notes.append("Default: \(defaultValue).") }
    return notes
  }
}

extension String {
  fileprivate func trimming(_ end: Character) -> String {
    last == end ? String(dropLast()) : self
  }
}
