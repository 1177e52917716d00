import Tables

/// The command that was given, with what a table's faults ask to be said.
struct ReadyCommand: Equatable, CustomStringConvertible {
  let description: String

  /// Nil where a fault can only be mended in the table, the command has no option for it, or the line
  /// would be longer than a person reads.
  ///
  /// - Parameters:
  ///   - faults: What is wrong with the table.
  ///   - target: The target, where none was named.
  ///   - arguments: The command line without the program's name.
  init?(_ faults: [TableError], target: String?, arguments: [String]) {
    guard let name = arguments.first, let options = Self.options[name] else { return nil }
    var wanted: [TableRemedy] = []
    for fault in faults {
      guard let remedy = fault.remedy, remedy.allSatisfy({ options.contains($0.option) }) else {
        return nil
      }
      wanted += remedy.filter { !wanted.contains($0) }
    }
    // 1,234 among 1,5 is a decimal comma as well.
    if wanted.contains(.decimalComma) { wanted.removeAll { $0 == .thousands(",") } }
    guard wanted.count(where: { $0.option == "--thousands" }) <= 1 else { return nil }
    let words = Self.words(wanted, target: name == "pretrain" ? target : nil)
    description = CommandText(["lora"] + arguments, adding: words).description
    guard words.reduce(0, { $0 + $1.utf8.count }) <= 2000 else { return nil }
  }

  /// What each command that reads tables can be told.
  private static let options: [String: Set<String>] = {
    let form: Set = ["--decimal", "--thousands", "--na", "--no-header", "--task"]
    let rows: Set = ["--missing-target", "--unknown"]
    return [
      "pretrain": form.union(rows).union(["--categorical", "--drop", "--missing"]),
      "train": form.union(rows).union(["--missing"]), "eval": form.union(rows),
      "predict": form.union(["--unknown"]),
    ]
  }()

  private static func words(_ remedies: [TableRemedy], target: String?) -> [String] {
    var columns: [String: [String]] = [:]
    var others: [String] = []
    for remedy in remedies {
      switch remedy {
      case .categorical(let name), .drop(let name): columns[remedy.option, default: []].append(name)
      default: others += [remedy.option, remedy.value].compactMap(\.self)
      }
    }
    var words: [String] = []
    for (option, names) in [
      ("--target", target.map { [$0] } ?? []), ("--categorical", columns["--categorical"] ?? []),
      ("--drop", columns["--drop"] ?? []),
    ] where !names.isEmpty {
      let list = columnList(of: names)
      // A value that begins as an option does is one only behind an equals sign.
      words += list.hasPrefix("-") ? ["\(option)=\(list)"] : [option, list]
    }
    return words + others
  }
}

extension TableRemedy {
  /// The option that says it.
  fileprivate var option: String {
    switch self {
    case .categorical: "--categorical"
    case .drop: "--drop"
    case .fill: "--missing"
    case .missingIs: "--na"
    case .dropMissingTargets: "--missing-target"
    case .decimalComma: "--decimal"
    case .thousands: "--thousands"
    case .unknownIsNone: "--unknown"
    case .noHeader: "--no-header"
    case .regression: "--task"
    }
  }

  fileprivate var value: String? {
    switch self {
    case .categorical(let name), .drop(let name): name
    case .missingIs(let word): columnList(of: [word])
    case .fill: "mean"
    case .dropMissingTargets: "drop"
    case .decimalComma: ","
    case .thousands(let mark): mark
    case .unknownIsNone: "none"
    case .noHeader: nil
    case .regression: "regression"
    }
  }
}
