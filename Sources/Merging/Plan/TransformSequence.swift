import Containers
import Kernels
import Synchronization
import Tensors

/// Several transforms of one tensor, one after the other, each rounding its result.
final class TransformSequence: TensorTransform {
  private let steps: [any TensorTransform]
  /// Bytes of an element.
  private let elementSize: Int
  /// Those that no range is using, until all are done.
  private let buffers = Mutex<[[UInt8]]>([])

  /// A sequence of at least one transform, none of which changes the type.
  init(_ steps: [any TensorTransform], elementSize: Int) {
    self.steps = steps
    self.elementSize = elementSize
  }

  var readsTensorFirst: Bool { steps.contains { $0.readsTensorFirst } }

  /// Lets each step see the tensor as the steps before it leave it.
  func prepare(_ read: TensorBytes) throws {
    for (number, step) in steps.enumerated() {
      try step.prepare { range, destination in
        try read(range, &destination)
        let elements = range.lowerBound / elementSize..<range.upperBound / elementSize
        for before in steps[..<number] {
          let between = [UInt8](copying: destination.bytes)
          try between.withBytes { try before.apply(elements, from: $0, into: &destination) }
        }
      }
    }
  }

  /// The steps write by turns into a spare buffer and the destination, the last one into the latter.
  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    var spare = takeBuffer(destination.byteCount)
    for (number, step) in steps.enumerated() {
      let isToDestination = (steps.count - 1 - number) % 2 == 0
      switch (number == 0, isToDestination) {
      case (true, true):
        try step.apply(elements, from: source, into: &destination)
      case (true, false):
        try spare.withMutableBytes { try step.apply(elements, from: source, into: &$0) }
      case (false, true):
        try spare.withBytes { try step.apply(elements, from: $0, into: &destination) }
      case (false, false):
        try spare.withMutableBytes { try step.apply(elements, from: destination.bytes, into: &$0) }
      }
    }
    buffers.withLock { $0.append(spare) }
  }

  private func takeBuffer(_ count: Int) -> [UInt8] {
    let kept = buffers.withLock { $0.popLast() }
    if let kept, kept.count == count { return kept }
    return [UInt8](repeating: 0, count: count)
  }

  func digests(of elements: Range<Int>) -> (old: Digest?, new: Digest?) {
    (steps.first?.digests(of: elements).old, steps.last?.digests(of: elements).new)
  }

  func finish() {
    for step in steps { step.finish() }
    buffers.withLock { $0 = [] }
  }

  /// For each step a length and as many bytes; the length of a step without any is all ones.
  var preparation: [UInt8]? {
    let parts = steps.map(\.preparation)
    guard parts.contains(where: { $0 != nil }) else { return nil }
    return parts.flatMap { part in
      Self.bytes(of: part.map { UInt64($0.count) } ?? .max) + (part ?? [])
    }
  }

  func resume(with preparation: [UInt8]) {
    var rest = preparation[...]
    for step in steps where rest.count >= 8 {
      let count = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      rest = rest.dropFirst(8)
      guard count <= UInt64(rest.count) else { continue }
      step.resume(with: Array(rest.prefix(Int(count))))
      rest = rest.dropFirst(Int(count))
    }
  }

  private static func bytes(of length: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
  }
}

extension [ExactString: any TensorTransform] {
  /// The transforms of several steps, those of the same tensor one after the other.
  ///
  /// - Parameters:
  ///   - steps: In order; none changes the type of a tensor.
  ///   - entries: The tensors.
  /// - Returns: One transform for each tensor that some step changes.
  static func sequence(of steps: [Self], on entries: [TensorEntry]) -> Self {
    var lists: [ExactString: [any TensorTransform]] = [:]
    for step in steps {
      for (name, transform) in step { lists[name, default: []].append(transform) }
    }
    var sizes: [ExactString: Int] = [:]
    for entry in entries { sizes[ExactString(entry.name)] = entry.type.bitCount / 8 }
    var result: Self = [:]
    for (name, list) in lists {
      let size = sizes[name] ?? 1
      result[name] = list.count == 1 ? list[0] : TransformSequence(list, elementSize: size)
    }
    return result
  }
}
