import ArgumentParser
import JSON
import Kernels
import Tables
import Training

/// How a table is read.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The target column's name, or its index from 0; several values with commas between, or by \
      repeating. (default: the network's, else the last that is not dropped)
      """, valueName: "columns"))
  var target: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      classification or regression. (default: what the network records, else regression when it has \
      one output; for pretrain, when the target is numbers that are not all whole; more than 20 \
      different whole numbers, or hardly one twice, must be told)
      """, valueName: "task"))
  var task: LearningTask?

  @Flag(help: "The first line is a row; columns are then called 0, 1, 2 and on.")
  var noHeader = false

  @Flag(help: "The first line is names although it is numbers, which would be taken for a row.")
  var header: HeaderFlag?

  @Option(
    help: ArgumentHelp(
      """
      What stands between fields: a character, or 'tab'. (default: the first of , ; tab | in the \
      first line, the comma last where --decimal is one; or what a first line sep=; says)
      """, valueName: "character"))
  var delimiter: DelimiterArgument?

  @Option(
    help: ArgumentHelp("Pass over lines that begin with this.", valueName: "character"))
  var comment: DelimiterArgument?

  @OptionGroup var numbers: NumberOptions

  func validate() throws {
    try require(header == nil || !noHeader, "--header and --no-header exclude each other")
  }

  /// How the table is written.
  private var form: TableForm {
    var form = TableForm()
    (form.hasHeader, form.numbersAreNames) = (!noHeader, header != nil)
    (form.delimiter, form.comment) = (delimiter?.byte, comment?.byte)
    form.numbers = numbers.form
    return form
  }

  /// What is said of the table instead of the network.
  func wishes(_ rules: TableRules) -> TableWishes {
    TableWishes(form: form, targets: target.isEmpty ? nil : target, task: task, rules: rules)
  }
}

/// `--header`; a run that is not told so records nothing of it.
enum HeaderFlag: String, EnumerableFlag, SettingValue {
  case header

  var setting: JSONValue { .bool(true) }
}

/// A delimiter as it is given: one ASCII character that no field needs, or `tab`.
struct DelimiterArgument: ExpressibleByArgument, CustomStringConvertible {
  let byte: UInt8

  init?(argument: String) {
    let text = argument == "tab" || argument == "\\t" ? "\t" : argument
    guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80,
      !text.contains(where: { "\"\r\n0123456789+-.eE".contains($0) })
    else { return nil }
    self.byte = byte
  }

  var description: String { String(UnicodeScalar(byte)) }
}

extension LearningTask: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
