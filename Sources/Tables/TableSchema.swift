/// What a network knows of its table: it is kept with the network, and later tables are read by it.
package struct TableSchema: Sendable, Equatable {
  package var task: LearningTask?
  /// The names of the network's inputs, in order.
  package var columns: [String]?
  /// The targets' names, in the outputs' order.
  package var targets: [String] = []
  /// The names of the classes by id, or nil where labels are ids themselves.
  package var classes: [String]?
  /// The columns that the inputs come from; nil for all columns but the target, which are numbers.
  package var sources: [FeatureSource]?
  /// Words that mean a missing value besides the usual ones, as `--na` said.
  package var missingWords: Set<String> = []
  /// What is done to the inputs.
  package var scaling: FeatureScaling?

  package init() {}

  /// What was found in `data`.
  package init<Scalar>(of data: Dataset<Scalar>) {
    task = data.classCount == nil ? .regression : .classification
    (columns, targets) = (data.columns, data.targetNames)
    (classes, sources) = (data.classes, data.sources)
  }

  /// Adds what `other` says of the columns and this does not.
  package mutating func complete(from other: TableSchema) {
    classes = classes ?? other.classes
    sources = sources ?? other.sources
    missingWords.formUnion(other.missingWords)
    // An adapter may have been trained with a stand-in for missing values that the base has not.
    let fills = scaling?.fill == nil && other.scaling?.fill != nil
    let isSame =
      scaling?.mean == other.scaling?.mean && scaling?.deviation == other.scaling?.deviation
    if scaling == nil || fills && isSame { scaling = other.scaling }
    if targets.isEmpty { targets = other.targets }
  }
}
