import Kernels
import Tensors

extension RowCollector {
  /// What is done with words that the network does not know, and rows that have no target.
  struct Rules {
    let unknownIsNone: Bool
    let dropsMissingTargets: Bool
    /// The class names of the network, by id.
    let classes: [String]?
    /// How many outputs the network has, or nil for a new one.
    let outputs: Int?
  }

  /// The table, when all records are in.
  ///
  /// - Throws: `TableError` for one thing that is wrong, `TableFaults` for several.
  mutating func dataset(
    _ rules: Rules, file: String, assumedTarget: String?
  ) throws -> Dataset<Scalar> {
    var faults = raggedFaults(file)
    guard rows > 0 else { throw faults.first ?? TableError(file: file, .noRows) }
    if let column = layout.doubtfulName, isAmongRows(column) {
      throw TableError(
        file: file, line: 1, .numbersForNames(first: layout.names.first ?? ""))
    }
    var remarks: [TableRemark] = []
    let (sources, words) = readCategories(rules, file, &faults, &remarks)
    let matrix = encodedFeatures(sources, words)
    faults += numberFaults(file, matrix, sources)
    let targets = targets(rules, file, &faults)
    guard faults.isEmpty else {
      throw TableFaults.joined(faults, assumedTarget: assumedTarget)
    }
    remarks += indexRemarks(matrix, sources) + coarsenessRemarks(matrix, sources)
    remarks += targets?.remarks ?? []
    if layout.isRecorded, case let passedOver = layout.passedOver, !passedOver.isEmpty {
      remarks.append(.passedOver(passedOver))
    }
    var dataset = Dataset(
      sources: sources,
      targetNames: layout.isTargetRead ? layout.targets.map { layout.names[$0] } : [],
      features: matrix, targets: targets?.targets ?? .none, classes: targets?.classes)
    if let missing = targets?.missing, !missing.isEmpty {
      let left = Set(missing)
      dataset = dataset.selecting((0..<rows).filter { !left.contains($0) })
      remarks.append(.targetsMissing(rows: missing.count))
    }
    dataset.keptNames = layout.kept.map { layout.names[$0] }
    dataset.kept = kept
    dataset.remarks = remarks
    return dataset
  }

  private func raggedFaults(_ file: String) -> [TableError] {
    ragged.map {
      let expected = layout.names.count
      return [
        TableError(
          file: file, line: $0.firstLine,
          .fieldCount(found: $0.found, expected: expected, rows: $0.rows))
      ]
    } ?? []
  }

  /// Whether the name of `column` is a word of its rows.
  private func isAmongRows(_ column: Int) -> Bool {
    let collector = layout.targets.contains(column) ? targets.labels : categories[column]
    return collector?.contains(layout.names[column])
      ?? odd[column]?.contains(layout.names[column]) ?? false
  }

  // MARK: Features

  /// The features, and the categories of those that are words.
  private func readCategories(
    _ rules: Rules, _ file: String, _ faults: inout [TableError], _ remarks: inout [TableRemark]
  ) -> ([FeatureSource], [Int: [Int32]]) {
    var (sources, words): ([FeatureSource], [Int: [Int32]]) = ([], [:])
    for column in layout.features {
      let name = layout.names[column]
      guard let collector = categories[column] else {
        sources.append(FeatureSource(column: name, categories: nil))
        continue
      }
      let place = ColumnPlace(file: file, column: name)
      if collector.overflowed {
        faults.append(place.error(.tooManyCategories(limit: LabelCollector.limit)))
        continue
      }
      let known = layout.categories[column] ?? nil
      let found = collector.categories(known: known)
      if found.missing.rows > 0, !layout.allowsMissing {
        faults.append(
          place.error(.missingValue(rows: found.missing.rows), line: found.missing.firstLine))
      }
      if let first = found.unknown.words.first {
        if rules.unknownIsNone {
          remarks.append(
            .unknownCategories(
              column: name, rows: found.unknown.rows, words: found.unknown.words))
        } else {
          faults.append(
            place.error(
              .unknownCategory(first, rows: found.unknown.rows, known: found.names),
              line: found.unknown.firstLine))
        }
      }
      let count = found.names.count
      if known == nil, count > 10, 2 * count > rows {
        remarks.append(.rowNames(column: name, words: count, rows: rows))
      }
      if known == nil {
        remarks += TableRemark.alike(found.names, of: name, areClasses: false)
        for word in found.names where isMissingWord(word) {
          remarks.append(.missingWordIsCategory(column: name, word: word))
        }
      }
      words[column] = found.rows
      sources.append(FeatureSource(column: name, categories: found.names))
    }
    return (sources, words)
  }

  /// The features in the network's order, words one-hot.
  private mutating func encodedFeatures(
    _ sources: [FeatureSource], _ words: [Int: [Int32]]
  ) -> Matrix<Scalar> {
    let numbers = features.takeAll()
    if words.isEmpty, layout.features == numberColumns {
      return Matrix(columns: sources.count, elements: numbers)
    }
    let width = sources.reduce(0) { $0 + $1.width }
    var matrix = Matrix<Scalar>(rows: rows, columns: width)
    var start = 0
    for (column, source) in zip(layout.features, sources) {
      if let words = words[column] {
        for row in 0..<rows where words[row] >= 0 {
          matrix.elements[row * width + start + Int(words[row])] = 1
        }
      } else if let place = numberColumns.firstIndex(of: column) {
        for row in 0..<rows {
          matrix.elements[row * width + start] = numbers[row * numberColumns.count + place]
        }
      }
      start += source.width
    }
    return matrix
  }

  // MARK: Targets

  private mutating func targets(
    _ rules: Rules, _ file: String, _ faults: inout [TableError]
  ) -> TargetCollector<Scalar>.Finding? {
    guard layout.isTargetRead, let first = layout.targets.first else { return nil }
    let before = faults.count
    for column in layout.targets {
      if let odd = odd[column] {
        let place = ColumnPlace(file: file, column: layout.names[column])
        faults.append(fault(odd, odd.column(beside: rows - odd.rows), place, .target))
      }
    }
    guard faults.count == before else { return nil }
    let place = ColumnPlace(file: file, column: layout.names[first])
    do throws(TableError) {
      let found = try targets.targets(
        known: rules.classes, outputs: rules.outputs, rows: rows, place)
      if found.missing.count == rows {
        faults.append(place.error(.noTarget(isNameless: place.column.isEmpty)))
      } else if !found.missing.isEmpty, !rules.dropsMissingTargets {
        faults.append(
          place.error(.missingTarget(rows: found.missing.count), line: found.firstMissingLine))
      }
      return found
    } catch {
      faults.append(error)
      return nil
    }
  }
}
