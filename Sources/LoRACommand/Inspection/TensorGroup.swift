import Tensors

/// Tensors that are alike: same dtype, same shape, and names that differ only in their numbers.
///
/// A model's layers repeat; a person wants to read each kind of weight once.
package struct TensorGroup: Sendable, Equatable {
  /// The tensors' common name, with numbers in the shell's notation: `layers.{0..31}.norm.weight`.
  package let name: String
  package let type: DType
  package let shape: Shape
  package let count: Int
  package let byteCount: Int

  /// The groups of `tensors`, in the order of their first members.
  package static func groups(of tensors: [InspectedTensor]) -> [TensorGroup] {
    var positions: [Key: Int] = [:]
    var members: [(key: Key, numbers: [Set<Int>], tensors: [InspectedTensor])] = []
    for tensor in tensors {
      let parts = NameParts(tensor.name)
      let key = Key(pattern: parts.pattern, type: tensor.type, shape: tensor.shape)
      if let position = positions[key] {
        members[position].tensors.append(tensor)
        for (place, number) in parts.numbers.enumerated() {
          members[position].numbers[place].insert(number)
        }
      } else {
        positions[key] = members.count
        members.append((key, parts.numbers.map { [$0] }, [tensor]))
      }
    }
    return members.map { group in
      TensorGroup(
        name: name(pattern: group.key.pattern, numbers: group.numbers), type: group.key.type,
        shape: group.key.shape, count: group.tensors.count,
        byteCount: group.tensors.reduce(0) { $0 + $1.byteCount })
    }
  }

  private struct Key: Hashable {
    let pattern: [ExactString?]
    let type: DType
    let shape: Shape
  }

  private static func name(pattern: [ExactString?], numbers: [Set<Int>]) -> String {
    var places = numbers.makeIterator()
    return pattern.map { $0?.text ?? text(of: places.next() ?? []) }.joined(separator: ".")
  }

  /// `7`, `{0..31}`, `{0,2,4}`; of more than four runs the first three and the last.
  private static func text(of numbers: Set<Int>) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    if numbers.count == 1, let only = numbers.first { return String(only) }
    var texts = runs.flatMap { run in
      run.count > 2
        ? ["\(run.lowerBound)..\(run.upperBound)"] : run.map(String.init)
    }
    if texts.count > 4 { texts.replaceSubrange(3..<(texts.count - 1), with: ["…"]) }
    return "{" + texts.joined(separator: ",") + "}"
  }
}

/// A dotted name taken apart: nil in `pattern` stands for the next of `numbers`.
private struct NameParts {
  var pattern: [ExactString?] = []
  var numbers: [Int] = []

  init(_ name: String) {
    for part in name.dottedParts {
      if let number = Self.number(part) {
        pattern.append(nil)
        numbers.append(number)
      } else {
        pattern.append(ExactString(String(part)))
      }
    }
  }

  /// A whole number without leading zeros, so that its text can be had back.
  private static func number(_ part: Substring) -> Int? {
    guard part.utf8.count < 10, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      part == "0" || !part.hasPrefix("0")
    else { return nil }
    return Int(part)
  }
}
