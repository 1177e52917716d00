import ArgumentParser
import Tables

/// How a table spells numbers, which is said of each table: it is no part of a network.
struct NumberOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What numbers have for a point: '.' or ','. (default: .)", valueName: "character"))
  var decimal: DecimalMark?

  @Option(
    help: ArgumentHelp(
      """
      What stands between thousands: one of , . ' _ or 'space'. (default: nothing; 1,234 is an \
      error)
      """, valueName: "character"))
  var thousands: ThousandsMark?

  @Option(
    help: ArgumentHelp(
      """
      Words that mean a missing value in any column, with commas between, as in --na=-,-999; besides \
      nothing, and in numbers NA, N/A, n/a, #N/A, <NA>, NaN, nan, null, NULL, None and ?. The network \
      records them.
      """, valueName: "words"))
  var na: [String] = []

  func validate() throws {
    try require(
      thousands?.rawValue != mark.rawValue, "--thousands and --decimal are the same character")
  }

  private var mark: DecimalMark { decimal ?? .point }

  /// How numbers are read.
  var form: NumberForm {
    var form = NumberForm()
    form.decimal = mark.byte
    form.thousands = thousands?.grouping
    form.missing = Set(na.flatMap(columnEntries))
    return form
  }

  enum DecimalMark: String, ExpressibleByArgument, CaseIterable {
    case point = "."
    case comma = ","

    fileprivate var byte: UInt8 {
      switch self {
      case .point: UInt8(ascii: ".")
      case .comma: UInt8(ascii: ",")
      }
    }
  }

  enum ThousandsMark: String, ExpressibleByArgument, CaseIterable {
    case comma = ","
    case point = "."
    case apostrophe = "'"
    case underscore = "_"
    case space

    fileprivate var grouping: NumberForm.Grouping {
      switch self {
      case .comma: .byte(UInt8(ascii: ","))
      case .point: .byte(UInt8(ascii: "."))
      case .apostrophe: .byte(UInt8(ascii: "'"))
      case .underscore: .byte(UInt8(ascii: "_"))
      case .space: .blank
      }
    }
  }
}
