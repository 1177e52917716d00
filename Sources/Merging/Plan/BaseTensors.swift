import Adapters
import Containers
import Tensors

/// The base's tensors, found by the names that adapters use.
struct BaseTensors: Sendable {
  private var entries: [ExactString: TensorEntry]
  private let map: NameMap
  let orientation: LayerOrientation

  /// The tensors of a base; `tied` adds the output layer that is not stored under its own name.
  init(_ stored: [TensorEntry], tied: TiedWeights?, orientation: LayerOrientation) {
    self.orientation = orientation
    entries = Dictionary(
      stored.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    if let tied, let shared = entries[ExactString(tied.embedding)] {
      entries[ExactString(tied.head)] = TensorEntry(
        name: tied.head, type: shared.type, shape: shared.shape, range: shared.range)
    }
    map = NameMap(stored.map(\.name) + (tied.map { [$0.head] } ?? []))
  }

  subscript(name: String) -> TensorEntry? { entries[ExactString(name)] }

  /// The tensor that an adapter calls `wanted`, or nil.
  func find(_ wanted: String) -> TensorEntry? {
    map.base(for: wanted).flatMap { entries[ExactString($0)] }
  }

  /// The tensor that an adapter calls `wanted`.
  ///
  /// - Throws: `AdapterError.unmatched`, blaming the adapter tensor `name` of `file`.
  func find(
    _ wanted: String, for name: String, of file: String
  ) throws(AdapterError) -> TensorEntry {
    guard let entry = find(wanted) else {
      throw .unmatched(
        file: file, name: name, expected: "\"\(escaped(wanted))\"",
        nearest: map.nearest(to: wanted))
    }
    return entry
  }

  /// Notes that a tensor has another number of rows from here on.
  mutating func resize(_ entry: TensorEntry, to shape: Shape) {
    entries[ExactString(entry.name)] = TensorEntry(
      name: entry.name, type: entry.type, shape: shape, range: entry.range)
  }
}
