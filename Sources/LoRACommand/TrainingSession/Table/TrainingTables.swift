import Kernels
import Tables
import Tensors
import Training

/// The tables of a run: rows to train on, rows to validate on, and what is done to both.
struct TrainingTables {
  /// The name of the table's file.
  let file: String
  private(set) var training: Dataset<Float>
  /// Nil without validation.
  private(set) var validation: Dataset<Float>?
  /// Seconds that reading it took.
  let readSeconds: Double
  /// What the rows to validate on are.
  let validationRows: TableScores.Rows
  /// Where the rows to validate on are from, as `held out`, or why there are none.
  let validationOrigin: String
  /// The share of the rows that was held out, 0 for none.
  let heldShare: Double
  /// What was done to the features; nil when nothing was.
  let scaling: FeatureScaling?

  /// Where the rows to validate on come from.
  enum Held {
    case none
    /// A table of their own.
    case table(String)
    /// A share of the table, drawn; 0 for none.
    case share(Double)
    /// A share of a table that is large enough.
    case usual

    /// What is held out where nobody says.
    static let usualShare = 0.2
    /// Fewer rows are all trained on: what is held out of them would say next to nothing.
    static let fewRows = 40

    /// The share to hold out of `rows` rows.
    func share(of rows: Int) -> Double {
      switch self {
      case .none, .table: 0
      case .share(let share): share
      case .usual: rows < Self.fewRows ? 0 : Self.usualShare
      }
    }
  }

  /// How tables are prepared.
  struct Preparation {
    let wishes: TableWishes
    let columns: ColumnChoice
    /// Whether columns are to be standardized; nil where nobody says.
    let standardizes: Bool?
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
    heldShare = preparation.held.share(of: training.rows)
    validationRows = preparation.held.isTable ? .validation : .heldOut
    if case .table(let file) = preparation.held {
      held = try Self.validationTable(file, like: training, reader, preparation)
    } else if heldShare > 0 {
      var chance = generator.fork()
      let parts = training.split(holdingOut: heldShare, generator: &chance)
      if parts.held.rows > 0 {
        (training, held) = parts
      } else if !preparation.held.isUsual {
        throw ModelError.nothingHeldOut(file: path)
      }
    }
    validationOrigin = preparation.held.origin(isFound: held != nil)
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
  /// The same rows with their targets scaled.
  func standardizingTargets(by scaling: TargetScaling) -> TrainingTables {
    var tables = self
    tables.training = scaling.applied(to: training)
    tables.validation = validation.map { scaling.applied(to: $0) }
    return tables
  }
}

extension TrainingTables.Held {
  fileprivate var isTable: Bool {
    if case .table = self { true } else { false }
  }

  fileprivate var isUsual: Bool {
    if case .usual = self { true } else { false }
  }

  /// Where the rows to validate on are from, or why there are none.
  fileprivate func origin(isFound: Bool) -> String {
    switch self {
    case .table(let file): "of \(file)"
    case _ where isFound: "held out, drawn from the table"
    case .usual: "none, the table is too small: all scores are of the training rows"
    case .none, .share: "none: all scores are of the training rows"
    }
  }
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
