import ArgumentParser
import Text

/// How a file of texts is read.
struct TextDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How the texts are written: jsonl, csv, or txt for one text. (default: by the name)",
      valueName: "format"))
  var format: TextRecordReader.Format?

  @Option(
    help: ArgumentHelp(
      "What the rows are, where their columns leave it open. (default: by the columns)",
      valueName: "form"))
  var form: TextForm?

  @Option(
    help: ArgumentHelp(
      "What the columns of a form are called, as prompt=question,completion=answer.",
      valueName: "names"))
  var fields: FieldNames?

  @Option(
    help: ArgumentHelp("What counts: the answer of each text, or all of it.", valueName: "what"))
  var loss = CountedText.answer

  @Option(
    help: ArgumentHelp("Tokens that the model reads at once at most.", valueName: "count"))
  var maxTokens = 1024

  func validate() throws {
    try require(maxTokens > 1, "--max-tokens is \(maxTokens), expected at least 2")
  }

  /// How the file at `path` is written; nil when its first byte has to tell.
  func format(of path: String) -> TextRecordReader.Format? {
    format ?? TextRecordReader.Format(fileName: path)
  }
}

extension TextForm: ExpressibleByArgument {}
extension TextRecordReader.Format: ExpressibleByArgument {}
extension CountedText: ExpressibleByArgument {}

/// `NAME=COLUMN,NAME=COLUMN`.
struct FieldNames: ExpressibleByArgument, CustomStringConvertible {
  /// What the file calls the columns of a form, by the form's names.
  let names: [String: String]

  init(names: [String: String]) {
    self.names = names
  }

  init?(argument: String) {
    var names: [String: String] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, names[String(pair[0])] == nil else { return nil }
      names[String(pair[0])] = String(pair[1])
    }
    self.names = names
  }

  var description: String {
    names.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
