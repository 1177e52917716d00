import Containers
import Tensors

/// The tensors of a stored container as numbers.
package struct StoredTensors: Sendable {
  /// Shapes and values by name.
  package let tensors: [String: (shape: [Int], values: [Double])]

  /// Reads the file at `path`, whose tensors must be of types that are computed with.
  package init(path: String) throws {
    var tensors: [String: (shape: [Int], values: [Double])] = [:]
    for (entry, tensor) in try TensorFile.open(path).tensors() {
      tensors[entry.name] = (entry.shape.dimensions, tensor.doubles ?? [])
    }
    self.tensors = tensors
  }

  /// Reads `name` under `fixtures/`.
  package init(_ name: String) throws {
    try self.init(path: Fixtures.path(name))
  }
}
