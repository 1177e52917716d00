import Kernels
import Tensors

extension RowCollector {
  /// What is wrong with columns of numbers.
  func numberFaults(
    _ file: String, _ matrix: Matrix<Scalar>, _ sources: [FeatureSource]
  ) -> [TableError] {
    var (faults, start): ([TableError], Int) = ([], 0)
    let missingWords = wordsAmongNumbers
    for (column, source) in zip(layout.features, sources) {
      let place = ColumnPlace(file: file, column: source.column)
      let found = odd[column].map { $0.column(beside: numbers(of: column, matrix, start)) }
      if let odd = odd[column], let found {
        faults.append(fault(odd, found, place, layout.isRecorded ? .recorded : .feature))
      } else if let truth = truths[column],
        !(0..<matrix.rows).allSatisfy({ isTruth(matrix[$0, start]) })
      {
        faults.append(place.error(.truthsAmongNumbers(truth.text), line: truth.line))
      }
      if let missing = missing[column], missing.rows == rows {
        faults.append(place.error(.emptyColumn, line: missing.firstLine))
      } else if let missing = missing[column] {
        let holdsWords = found?.kind == .words || found?.kind == .names
        faults += fault(missing, place, holdsWords ? missingWords : nil)
      }
      start += source.width
    }
    return faults
  }

  /// How many numbers a column holds that are not truth values.
  private func numbers(of column: Int, _ matrix: Matrix<Scalar>, _ start: Int) -> Int {
    let values = (0..<matrix.rows).lazy.map { matrix[$0, start] }
    if truths[column] != nil, values.allSatisfy(isTruth) { return 0 }
    return values.count { !$0.isNaN }
  }

  private func isTruth(_ value: Scalar) -> Bool { value == 0 || value == 1 || value.isNaN }

  /// The words for a missing value in columns that hold numbers.
  private var wordsAmongNumbers: Set<String> {
    missing.reduce(into: []) { words, column in
      if odd[column.key] == nil { words.formUnion(column.value.words) }
    }
  }

  /// What is wrong with the fields of a column, which is taken for `found`.
  func fault(
    _ odd: OddFields, _ found: OddColumn, _ place: ColumnPlace, _ use: OddColumn.Use
  ) -> TableError {
    let isWord = [.strays, .words, .names].contains(found.kind)
    if found.kind == .infinite || isWord && found.rows == 1 {
      let text = found.examples[0]
      let isNumber = found.kind == .infinite || form.number(text) != nil
      return place.error(isNumber ? .notFinite(text) : .notANumber(text), line: odd.firstLine)
    }
    return place.error(.notNumbers(found, use), line: odd.firstLine)
  }

  /// What is wrong with missing values; `words` are those that mean one elsewhere in the table, in a
  /// column of words, where others are words like all.
  private func fault(
    _ missing: MissingFields, _ place: ColumnPlace, _ words: Set<String>?
  ) -> [TableError] {
    guard let words else {
      return [place.error(.missingValue(rows: missing.rows), line: missing.firstLine)]
    }
    if let word = missing.words.intersection(words).min() {
      return [place.error(.missingWord(word, rows: missing.rows), line: missing.firstLine)]
    }
    return missing.empty == 0
      ? [] : [place.error(.missingValue(rows: missing.empty), line: missing.firstLine)]
  }

  /// Features that look like a row's name or number.
  func indexRemarks(
    _ matrix: Matrix<Scalar>, _ sources: [FeatureSource]
  ) -> [TableRemark] {
    guard !layout.isChosen else { return [] }
    var (remarks, start): ([TableRemark], Int) = ([], 0)
    for source in sources {
      let first = matrix.rows >= 5 && source.categories == nil ? matrix[0, start] : .nan
      let counts =
        (first == 0 || first == 1)
        && (0..<matrix.rows).allSatisfy { matrix[$0, start] == first + Scalar($0) }
      if counts || source.column.isEmpty || source.column.hasPrefix("Unnamed: ") {
        remarks.append(.index(column: source.column, counts: counts))
      }
      start += source.width
    }
    return remarks
  }
  /// Features of numbers so large for how little they vary that `Scalar` rounds away a part of what
  /// tells them apart: more than a thousandth of their deviation.
  func coarsenessRemarks(
    _ matrix: Matrix<Scalar>, _ sources: [FeatureSource]
  ) -> [TableRemark] {
    guard matrix.rows > 1, matrix.columns > 0 else { return [] }
    let moments = FeatureScaling.moments(of: matrix)
    var (remarks, start): ([TableRemark], Int) = ([], 0)
    for source in sources {
      defer { start += source.width }
      guard source.categories == nil else { continue }
      var largest: Scalar = 0
      for row in 0..<matrix.rows where abs(matrix[row, start]) > largest {
        largest = abs(matrix[row, start])
      }
      let deviation = moments[start].deviation
      // What is the same in all rows may have been so before; it tells nothing either way.
      guard 1000 * Double(largest.ulp) > deviation, deviation > 0 || largest.ulp > 1 else {
        continue
      }
      remarks.append(
        .coarse(
          column: source.column, largest: Double(largest), step: Double(largest.ulp)))
    }
    return remarks
  }
}
