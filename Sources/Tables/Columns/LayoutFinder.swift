import Tensors

/// Finds out from a table's names which column is what.
struct LayoutFinder {
  let reader: DatasetReader
  let finder: ColumnFinder

  private var schema: TableSchema { reader.schema }
  private var choice: ColumnChoice { reader.choice }
  private var names: [String] { finder.names }

  /// - Throws: `TableError`, or `TableFaults` for several columns that are not there.
  func layout() throws -> TableLayout {
    let targets = try targetIndices()
    var (features, categories): ([Int], [Int: [String]?]) = ([], [:])
    let recorded = recordedSources
    if let recorded {
      features = try columns(of: recorded)
      try checkFree(features, targets)
      for (column, source) in zip(features, recorded) {
        if let known = source.categories { categories[column] = .some(known) }
      }
    } else {
      features = try chosenFeatures(besides: targets)
      for choice in try finder.choices(choice.categorical) {
        guard features.contains(choice.column) else {
          if choice.isNamed { throw finder.error(.notAFeature, column: names[choice.column]) }
          continue
        }
        categories[choice.column] = .some(nil)
      }
      if categories.isEmpty { try checkCount(features) }
    }
    guard !features.isEmpty else { throw finder.error(.noFeatures) }
    return TableLayout(
      names: names, kept: try finder.choices(reader.kept).map(\.column), features: features,
      categories: categories, targets: targets, isTargetRead: isTargetRead,
      task: targets.count > 1 ? .regression : schema.task,
      allowsMissing: choice.fill != nil || schema.scaling?.fill != nil,
      isRecorded: recorded != nil, isChosen: recorded != nil || choice.chosen != nil,
      doubtfulName: recorded == nil && reader.hasHeader && !reader.form.numbersAreNames
        ? NumberedHeader(names).doubtful : nil)
  }

  // MARK: Features

  /// The columns that the network reads, when it says their names and the table has names.
  ///
  /// What is chosen here goes before names alone, not before a network's own choice.
  private var recordedSources: [FeatureSource]? {
    if let sources = schema.sources { return sources }
    guard reader.hasHeader, choice.chosen == nil, choice.categorical.isEmpty else { return nil }
    return schema.columns?.map { FeatureSource(column: $0, categories: nil) }
  }

  private func columns(of sources: [FeatureSource]) throws -> [Int] {
    // A network that was trained on a table without names knows its columns by their places.
    let areNames = schema.columns != nil && reader.hasHeader
    var (found, absent): ([Int], [String]) = ([], [])
    for source in sources {
      let place =
        finder.column(named: source.column)
        ?? (areNames ? nil : try? finder.choices([source.column]).first?.column)
      if let place { found.append(place) } else { absent.append(source.column) }
    }
    guard !absent.isEmpty else { return found }
    throw TableFaults.joined(absent.map { finder.absence(of: $0, besides: found) })
  }

  /// Sees to it that no column which the network reads is to be something else.
  private func checkFree(_ features: [Int], _ targets: [Int]) throws(TableError) {
    // A second table may lack what was dropped of the first.
    let dropped = choice.dropped.flatMap { columnsNamed($0) }
    let taken = Set(dropped + (isTargetRead ? targets : []))
    for column in features where taken.contains(column) {
      throw finder.error(.isRead, column: names[column])
    }
  }

  private func chosenFeatures(besides targets: [Int]) throws(TableError) -> [Int] {
    var left = Set(names.indices).subtracting(targets)
    for choice in try finder.choices(choice.dropped) { left.remove(choice.column) }
    guard let chosen = choice.chosen else { return left.sorted() }
    var features: [Int] = []
    for choice in try finder.choices(chosen) {
      let column = choice.column
      if left.contains(column), !features.contains(column) {
        features.append(column)
      } else if choice.isNamed {
        throw finder.error(.notAFeature, column: names[column])
      }
    }
    return features
  }

  /// Compares the number of columns with what the network reads.
  private func checkCount(_ features: [Int]) throws(TableError) {
    guard !features.isEmpty else { throw finder.error(.noFeatures) }
    if let inputs = reader.inputs, inputs != features.count {
      throw finder.error(.featureCount(found: features.count, expected: inputs))
    }
  }

  // MARK: Targets

  private var isTargetRead: Bool {
    if case .ignored = reader.target { false } else { true }
  }

  private func targetIndices() throws(TableError) -> [Int] {
    switch reader.target {
    case .last:
      return [try columnsLeft().last ?? names.count - 1]
    case .columns(let lists):
      return try finder.choices(lists).map(\.column)
    case .recorded(let wanted):
      var indices: [Int] = []
      for name in wanted {
        guard let column = finder.column(named: name) else { throw finder.absence(of: name) }
        indices.append(column)
      }
      return indices
    case .ignored(let wanted, let features):
      let found = wanted.flatMap { columnsNamed($0) }
      if !found.isEmpty { return found }
      let left = try columnsLeft()
      return recordedSources == nil && left.count == features + 1 ? left.suffix(1) : []
    }
  }

  private func columnsNamed(_ list: String) -> [Int] {
    if let column = finder.column(named: list) { return [column] }
    return columnEntries(list).compactMap { finder.column(named: $0) }
  }

  /// The columns that are not dropped.
  private func columnsLeft() throws(TableError) -> [Int] {
    let dropped = Set(try finder.choices(choice.dropped).map(\.column))
    return names.indices.filter { !dropped.contains($0) }
  }
}

/// Names of columns that are numbers: a first row, more often than names.
struct NumberedHeader {
  /// Whether the line is numbers throughout, and not the places or years that name columns.
  let isRow: Bool
  /// The one column whose name is no number among others that hardly name columns.
  let doubtful: Int?

  init(_ names: [String]) {
    let numbers = names.map { name in
      let bytes = Array(name.utf8)
      return decimalNumber(bytes.span, in: 0..<bytes.count)
    }
    let found = numbers.compactMap(\.self)
    let rises = zip(found, found.dropFirst()).allSatisfy { $0 < $1 }
    let areWhole = found.allSatisfy { $0 == $0.rounded() }
    let mayName = areWhole && rises && (found.count > 1 || found.first == 0)
    isRow = found.count == names.count && !mayName
    let others = names.indices.filter { numbers[$0] == nil && !names[$0].isEmpty }
    doubtful = found.count >= 2 && !mayName && others.count == 1 ? others[0] : nil
  }
}
