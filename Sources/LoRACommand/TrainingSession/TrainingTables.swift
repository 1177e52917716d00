import Kernels
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

  /// How tables are prepared.
  struct Preparation {
    let data: DataOptions
    let columns: PreparationOptions
    let validation: ValidationOptions
    let workers: Workers
  }

  /// Reads the table at `path` as `reader` says, and the rows to validate on.
  ///
  /// - Parameters:
  ///   - path: A file, also inside gzip, or `-`.
  ///   - reader: What the network asks of the table.
  ///   - known: What the network does to features already; else it is measured on the training rows.
  ///   - preparation: The options.
  ///   - generator: Draws the rows held out.
  /// - Throws: `TableError` for what is wrong with a table, `ModelError.nothingHeldOut`, or what
  ///   reading throws.
  init(
    _ path: String, _ reader: DatasetReader, known: FeatureScaling?, _ preparation: Preparation,
    generator: inout Generator
  ) throws {
    var reader = reader
    preparation.columns.apply(to: &reader)
    if known?.fill != nil { reader.allowsMissing = true }
    let started = ContinuousClock.now
    var training: Dataset<Float> = try TableInput(
      path: path, options: preparation.data, workers: preparation.workers
    ).dataset(reader)
    readSeconds = (ContinuousClock.now - started).inSeconds
    var held: Dataset<Float>?
    if let share = preparation.validation.holdout {
      var chance = generator.fork()
      let parts = training.split(holdingOut: share, generator: &chance)
      guard parts.held.rows > 0 else { throw ModelError.nothingHeldOut(file: path) }
      (training, held) = parts
    } else if let file = preparation.validation.validation {
      held = try Self.validationTable(file, like: training, reader, preparation)
    }
    var scaling = known
    if scaling == nil, preparation.columns.standardize || preparation.columns.fill != nil {
      scaling = FeatureScaling(
        of: training, fill: preparation.columns.fill,
        standardizes: preparation.columns.standardize)
    }
    scaling?.apply(to: &training.features)
    if let scaling { held.apply { scaling.apply(to: &$0.features) } }
    (self.training, validation, self.scaling) = (training, held, scaling)
    file = path == "-" ? "standard input" : path
    validationOrigin =
      preparation.validation.validation.map { "of \($0)" } ?? "held out, drawn from the table"
  }

  /// A second table with the columns, categories and classes of the first.
  private static func validationTable(
    _ path: String, like training: Dataset<Float>, _ reader: DatasetReader,
    _ preparation: Preparation
  ) throws -> Dataset<Float> {
    var reader = reader
    (reader.sources, reader.classes) = (training.sources, training.classes)
    reader.target = .columns(training.targetNames)
    reader.task = training.classCount == nil ? .regression : .classification
    reader.outputs = reader.outputs ?? training.outputCount
    return try TableInput(path: path, options: preparation.data, workers: preparation.workers)
      .dataset(reader)
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

extension MultilayerPerceptron<Float> {
  /// Makes each class count in the loss as `argument` says, if it says anything.
  mutating func weighClasses(
    _ argument: ClassWeightsArgument?, for data: Dataset<Float>, file: String
  ) throws(ModelError) {
    guard let argument else { return }
    loss = .weightedCrossEntropy(try argument.weights(for: data, count: outputs, file: file))
  }
}
