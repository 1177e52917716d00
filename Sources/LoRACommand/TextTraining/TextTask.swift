import Models
import Tensors
import Text
import Training

/// What a model of text learns of a row, as its head says.
enum TextTask: Equatable {
  /// Which token comes next.
  case language
  /// Which of these classes a text is of.
  case oneLabel([String])
  /// Of which of these labels each holds.
  case severalLabels([String])
  /// So many numbers.
  case values(Int)

  /// - Throws: `TextTrainingError.noHead` for a body alone.
  init(_ design: TransformerDesign, file: String) throws(TextTrainingError) {
    switch design.head {
    case .none: throw .noHead(file: file, type: design.type)
    case .language: self = .language
    case .classifier(let head):
      switch head.task {
      case .regression: self = .values(head.output.outputs)
      case .oneLabel: self = .oneLabel(head.labels)
      case .severalLabels: self = .severalLabels(head.labels)
      }
    }
  }

  var loss: Loss {
    switch self {
    case .language, .oneLabel: .softmaxCrossEntropy
    case .severalLabels: .binaryCrossEntropy
    case .values: .meanSquaredError
    }
  }

  /// PEFT's word for it.
  var peftName: String { self == .language ? "CAUSAL_LM" : "SEQ_CLS" }

  /// What holds in a run where nobody says.
  var defaults: TrainingDefaults { self == .language ? .language : .classifier }

  /// What a row's label is to the network.
  ///
  /// - Throws: `RowError` for a label that the head does not have.
  func target(
    _ label: TextLabel, _ record: TextRecord
  ) throws(RowError) -> Training.TokenRow.Target {
    switch self {
    case .language: throw RowError(record, .labelled)
    case .oneLabel(let names): return .label(Int32(try index(label, names, record)))
    case .severalLabels(let names): return .values(try indicators(label, names, record))
    case .values(let count):
      let numbers = label.numbers
      guard let numbers, numbers.count == count else {
        throw RowError(
          record,
          .labelKind(
            found: label.kind, expected: count == 1 ? "a number" : "a list of \(count) numbers"))
      }
      return .values(numbers)
    }
  }

  /// The class of a label: by its name, or else its number from 0.
  private func index(
    _ label: TextLabel, _ names: [String], _ record: TextRecord
  ) throws(RowError) -> Int {
    let (text, number): (String, Int?)
    switch label {
    case .name(let name):
      if let index = names.firstIndex(of: name) { return index }
      (text, number) = (name, Int(name))
    case .int(let id): (text, number) = ("\(id)", id)
    case .value, .list:
      throw RowError(record, .labelKind(found: label.kind, expected: "one class"))
    }
    guard let number, names.indices.contains(number) else {
      throw RowError(record, .unknownLabel(text, known: names))
    }
    return number
  }

  /// 1 for each label that holds, else 0.
  ///
  /// A list of numbers has one for each label; a list of names has those that hold.
  private func indicators(
    _ label: TextLabel, _ names: [String], _ record: TextRecord
  ) throws(RowError) -> [Double] {
    if let numbers = label.numbers {
      guard numbers.count == names.count, numbers.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
        throw RowError(
          record,
          .labelKind(
            found: label.kind,
            expected: "\(names.count) numbers from 0 to 1, or the names of the labels that hold"))
      }
      return numbers
    }
    var holds = [Double](repeating: 0, count: names.count)
    for element in label.elements {
      guard case .name = element else {
        throw RowError(record, .labelKind(found: label.kind, expected: "names of labels"))
      }
      holds[try index(element, names, record)] = 1
    }
    return holds
  }
}

extension TextLabel {
  var elements: [TextLabel] {
    if case .list(let labels) = self { labels } else { [self] }
  }

  /// Its numbers; nil when one is none.
  var numbers: [Double]? {
    let numbers = elements.compactMap { label -> Double? in
      switch label {
      case .int(let int): Double(int)
      case .value(let value): value
      case .name(let name): Double(name).flatMap { $0.isFinite ? $0 : nil }
      case .list: nil
      }
    }
    return numbers.count == elements.count ? numbers : nil
  }

  /// What it is, for a message.
  var kind: String {
    switch self {
    case .name(let name): "\"\(escaped(name))\""
    case .int(let int): "\(int)"
    case .value(let value): "\(value)"
    case .list(let labels): "a list of \(labels.count)"
    }
  }
}
