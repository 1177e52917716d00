import Tensors

/// One trained parameter of a model: a name as Hugging Face's files spell it, and its size.
package struct ModelTensor: Sendable, Equatable {
  package let name: String
  package let shape: Shape
  package let type: DType

  package init(_ name: String, _ shape: Shape, _ type: DType) {
    (self.name, self.shape, self.type) = (name, shape, type)
  }

  package var elementCount: Int { shape.elementCount }

  /// Bytes that it takes in its own type.
  package var byteCount: Int { (elementCount * type.bitCount + 7) / 8 }

  /// The name of its module: without `.weight`.
  package var module: String {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
  }
}
