import Tensors

/// One tensor of an inspected file, as its header describes it.
package struct InspectedTensor: Sendable, Equatable {
  package let name: String
  package let type: DType
  package let shape: Shape
  package let byteCount: Int
  /// The parameters of the network that it stands for; nil for codes whose layout is not known.
  package let parameterCount: Int?
  /// The file of a sharded folder that holds it.
  package let shard: String?

  package init(
    name: String, type: DType, shape: Shape, byteCount: Int, parameterCount: Int?,
    shard: String? = nil
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.byteCount = byteCount
    self.parameterCount = parameterCount
    self.shard = shard
  }
}
