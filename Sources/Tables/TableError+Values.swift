import Tensors

extension TableError.Reason {
  /// What is wrong with targets.
  var targetDescription: String {
    switch self {
    case .unknownLabel(let text, let known):
      "label \"\(shortened(text))\" is unknown to the network; it knows \(listed(known))"
    case .labelOutOfRange(let text, let classes):
      "label \(shortened(text)) is out of range; class ids are 0 to \(classes - 1)"
    case .wordForId(let text, let classes):
      "label \"\(shortened(text))\" is a word, the network's classes are the ids 0 to \(classes - 1); "
        + "replace each word by its id"
    case .openTask(let found, let isMore):
      "\(isMore ? "more than " : "")\(found) different whole numbers, which may be values or classes; "
        + "say --task regression or --task classification"
    case .rowsForClasses(let found):
      "\(found) different words, which name the rows rather than classes; choose another --target, "
        + "or say --task classification"
    case .tooManyLabels(let found, let classes):
      "\(found) different labels, there is room for \(classes); is this a regression?"
    case .missingTarget(let rows):
      "\(counted(rows, "row")) without a target; --missing-target drop leaves \(rows == 1 ? "it" : "them") "
        + "out"
    case .noTarget(let isNameless):
      isNameless
        ? "the last column has neither name nor values, as where each line ends in a delimiter; "
          + "--drop \"\" leaves it out"
        : "no row has a target; choose another column by --target"
    default: "all labels are of one class; there is nothing to tell apart"
    }
  }

  /// What is wrong with fields.
  var valueDescription: String {
    switch self {
    case .missingValue(let rows):
      "\(counted(rows, "row")) without a value; fill \(rows == 1 ? "it" : "them") in, or train with "
        + "--missing mean or zero"
    case .notANumber(let text):
      "\"\(shortened(text))\" is not a decimal number"
        + (text.contains(where: { $0.isLetter || $0.isNumber })
          ? "" : "; say --na=\(shortened(text)) where it means a missing value")
    case .notFinite(let text): "\"\(shortened(text))\" is not a finite number"
    case .missingWord(let word, let rows):
      "\"\(escaped(word))\" in \(counted(rows, "row")), a missing value in columns of numbers; here it "
        + "is a word like others unless --na \(escaped(word)) is said"
    case .emptyColumn: "no row has a value; --drop leaves the column out"
    case .notNumbers(let odd, let use): odd.description(for: use)
    case .truthsAmongNumbers(let text):
      "\"\(shortened(text))\" among other numbers than 0 and 1; a column is truth values or numbers"
    case .unknownCategory(let text, let rows, let known):
      "\"\(shortened(text))\"\(rows > 1 ? ", as others in \(counted(rows, "row"))," : "") is none of "
        + "the categories that the network knows: \(listed(known)); --unknown none reads "
        + "\(rows > 1 ? "them" : "it") as no category"
    case .tooManyCategories(let limit):
      "more than \(limit) different words; drop the column, or cut it into fewer"
    default: ""
    }
  }
}

extension OddColumn {
  /// What is said of the column.
  fileprivate func description(for use: Use) -> String {
    let first = "\"\(shortened(examples[0]))\""
    let inRows = rows == 1 ? "" : " in \(counted(rows, "row"))"
    switch kind {
    case .strays:
      return "\(first) is not a decimal number, nor is what \(counted(rows - 1, "more row")) "
        + "\(rows == 2 ? "has" : "have"): \(listed(examples)); correct them"
        + (different == 1 ? ", or say --na where it means a missing value" : "")
    case .words, .names:
      let count = "\(isMore ? "more than " : "")\(counted(different, "different word"))"
      return "\(count)\(inRows), as \(listed(examples)), and not numbers; "
        + remedy(for: use, kind == .words ? "--categorical makes inputs of them" : nil)
    case .dates:
      return "dates\(inRows), as \(first), and not numbers; " + remedy(for: use, nil)
    case .decimalCommas:
      return "numbers with a decimal comma\(inRows), as \(first); say --decimal ','"
    case .thousands(let mark):
      let marks =
        mark == "."
        ? "--decimal ',' --thousands ."
        : "--thousands \(mark == "space" ? mark : "\"\(mark)\"")"
      return "numbers with their thousands apart\(inRows), as \(first); say \(marks)"
    case .commasOrThousands:
      return "numbers\(inRows), as \(first), with a decimal comma or their thousands apart; say "
        + "--decimal ',' or --thousands ','"
    case .infinite: return "\(first)\(inRows) is not a finite number"
    }
  }

  /// What to do about a column that is no numbers; `words` where it may be words.
  private func remedy(for use: Use, _ words: String?) -> String {
    switch use {
    case .feature: words ?? "--drop leaves the column out"
    case .recorded: "the network was trained on numbers here"
    case .target:
      words == nil ? "choose another --target" : "say --task classification for classes"
    }
  }
}

/// A number and what it counts.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
