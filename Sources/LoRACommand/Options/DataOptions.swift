import ArgumentParser
import Kernels
import Tables
import Training

/// How a table is read.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The target column's name, or its index from 0; several values with commas between. \
      (default: the network's, else the last)
      """, valueName: "columns"))
  var target: String?

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

  @Option(
    help: ArgumentHelp(
      """
      What stands between fields: a character, or 'tab'. (default: the first of , ; tab | in the \
      first line)
      """, valueName: "character"))
  var delimiter: DelimiterArgument?

  @Option(
    help: ArgumentHelp("Pass over lines that begin with this.", valueName: "character"))
  var comment: DelimiterArgument?

  /// How the table is written.
  var form: TableForm {
    var form = TableForm()
    form.hasHeader = !noHeader
    (form.delimiter, form.comment) = (delimiter?.byte, comment?.byte)
    return form
  }

  /// What is said of the table instead of the network.
  var wishes: TableWishes { TableWishes(form: form, targets: targets, task: task) }

  /// The names of `--target`: one column may have commas in its name only when it is the only one.
  var targets: [String]? { target.map(columnList) }
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
