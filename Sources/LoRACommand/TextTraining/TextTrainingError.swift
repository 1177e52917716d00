import Tensors

/// Why a model of text is not trained, or scored.
enum TextTrainingError: ReportableError, Equatable {
  case noHead(file: String, type: String)
  case nothingLeft(file: String, limit: Int)
  case nothingHeldOut(file: String)
  case noRow(file: String, row: Int, rows: Int)
  case tiedHead(file: String, module: String)
  case magnitudesBelow(file: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .noHead(let file, let type):
      "\(escaped(file)): \(escaped(type)) here has neither a head that foretells tokens nor one that "
        + "classifies texts; lora embed writes what such a model makes of a text"
    case .nothingLeft(let file, let limit):
      "\(escaped(file)): no row has anything to learn within \(grouped(limit)) tokens; take a larger "
        + "--max-tokens, or --loss all"
    case .nothingHeldOut(let file):
      "\(escaped(file)): --holdout leaves no row to validate on, or none to train on; take another "
        + "share"
    case .noRow(let file, let row, let rows):
      "\(escaped(file)): has no row \(grouped(row)); there are \(grouped(rows))"
    case .tiedHead(let file, let module):
      "\(escaped(file)): \(escaped(module)) is the embedding once more; training it whole would part "
        + "the two: leave it out of --modules-to-save"
    case .magnitudesBelow(let file):
      "\(escaped(file)): a DoRA adapter does not lie under another unmerged; merge it into the model "
        + "first"
    }
  }
}
