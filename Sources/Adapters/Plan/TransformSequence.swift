import Containers
import Tensors

/// Several transforms of one tensor, one after the other, each rounding its result.
final class TransformSequence: TensorTransform {
  private let steps: [any TensorTransform]

  /// A sequence of at least one transform, none of which changes the type.
  init(_ steps: [any TensorTransform]) {
    self.steps = steps
  }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    try steps[0].apply(elements, from: source, into: &destination)
    for step in steps.dropFirst() {
      let between = [UInt8](copying: destination.bytes)
      try between.withBytes { try step.apply(elements, from: $0, into: &destination) }
    }
  }

  func finish() {
    for step in steps { step.finish() }
  }
}

extension [ExactString: any TensorTransform] {
  /// The transforms of several steps, those of the same tensor one after the other.
  static func sequence(of steps: [Self]) -> Self {
    var lists: [ExactString: [any TensorTransform]] = [:]
    for step in steps {
      for (name, transform) in step { lists[name, default: []].append(transform) }
    }
    return lists.mapValues { $0.count == 1 ? $0[0] : TransformSequence($0) }
  }
}
