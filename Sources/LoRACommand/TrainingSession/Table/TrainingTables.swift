import Kernels
import Tables
import Tensors
import Training

/// The tables of a run: rows to train on, rows to validate on, and what is done to both.
struct TrainingTables {
  /// The name of the table's file.
  let file: String
  let training: Dataset<Float>
  /// Nil without validation.
  let validation: Dataset<Float>?
  /// Seconds that reading it took.
  let readSeconds: Double
  /// Where the rows to validate on are from, as `held out`.
  let validationOrigin: String
  /// What was done to the features; nil when nothing was.
  let scaling: FeatureScaling?

  /// Where the rows to validate on come from.
  enum Held {
    case none
    /// A table of their own.
    case table(String)
    /// A share of the table, drawn.
    case share(Double)
  }

  /// How tables are prepared.
  struct Preparation {
    let wishes: TableWishes
    let columns: ColumnChoice
    let held: Held
    let workers: Workers
  }

  /// Reads the table at `path` as `reader` says, and the rows to validate on.
  ///
  /// - Parameters:
  ///   - path: A file, also inside gzip, or `-`.
  ///   - reader: What the network asks of the table; what it does to features, or else it is measured
  ///     on the training rows.
  ///   - preparation: What is made of the columns.
  ///   - generator: Draws the rows held out.
  /// - Throws: `TableError` for what is wrong with a table, `ModelError.nothingHeldOut`, or what
  ///   reading throws.
  init(
    _ path: String, _ reader: DatasetReader, _ preparation: Preparation,
    generator: inout Generator
  ) throws {
    let columns = preparation.columns
    var reader = reader
    reader.choice = columns
    let started = ContinuousClock.now
    var training: Dataset<Float> = try TableInput(
      path: path, wishes: preparation.wishes, workers: preparation.workers
    ).dataset(reader)
    readSeconds = (ContinuousClock.now - started).inSeconds
    var held: Dataset<Float>?
    switch preparation.held {
    case .none:
      validationOrigin = ""
    case .share(let share):
      var chance = generator.fork()
      let parts = training.split(holdingOut: share, generator: &chance)
      guard parts.held.rows > 0 else { throw ModelError.nothingHeldOut(file: path) }
      (training, held) = parts
      validationOrigin = "held out, drawn from the table"
    case .table(let file):
      held = try Self.validationTable(file, like: training, reader, preparation)
      validationOrigin = "of \(file)"
    }
    var scaling = reader.schema.scaling?.filling(columns.fill, of: training)
    if scaling == nil, columns.standardizes || columns.fill != nil {
      scaling = FeatureScaling(
        of: training, fill: columns.fill, standardizes: columns.standardizes)
    }
    scaling?.apply(to: &training.features)
    if let scaling { held.apply { scaling.apply(to: &$0.features) } }
    (self.training, validation, self.scaling) = (training, held, scaling)
    file = path == "-" ? "standard input" : path
  }

  /// A second table with the columns, categories and classes of the first.
  private static func validationTable(
    _ path: String, like training: Dataset<Float>, _ reader: DatasetReader,
    _ preparation: Preparation
  ) throws -> Dataset<Float> {
    var reader = reader
    let scaling = reader.schema.scaling
    let missingWords = reader.schema.missingWords
    reader.schema = TableSchema(of: training)
    reader.schema.missingWords = missingWords
    reader.schema.scaling = scaling
    reader.target = .recorded(training.targetNames)
    reader.outputs = reader.outputs ?? training.outputCount
    return try TableInput(
      path: path, wishes: preparation.wishes, workers: preparation.workers
    ).dataset(reader)
  }
}

extension Optional {
  /// Calls `body` with the value in place, when there is one.
  fileprivate mutating func apply(_ body: (inout Wrapped) -> Void) {
    guard var value = self else { return }
    self = nil
    body(&value)
    self = value
  }
}

extension TrainingTables {
  /// The rows that the report's figures are of: those held out if there are any.
  var judged: Dataset<Float> { validation ?? training }
}

extension Loss {
  /// The loss of a network with `outputs` outputs, each class counting as `argument` says.
  init(
    _ task: LearningTask, _ argument: ClassWeightsArgument?, for data: Dataset<Float>,
    _ outputs: Int, file: String
  ) throws(ModelError) {
    guard let argument else {
      self = task.loss
      return
    }
    self = .weightedCrossEntropy(try argument.weights(for: data, count: outputs, file: file))
  }
}
