import Tensors

/// A tensor that is stored in another coding, with further tensors that belong to it.
package struct Recoding: Sendable {
  /// Bits that one element takes on each side; they can differ from those of the tensors' types,
  /// as when two codes share a byte.
  package typealias ElementBits = (source: Int, result: Int)

  /// What is written under the tensor's own name.
  package let type: DType
  package let shape: Shape
  /// Elements of the tensor, however they are stored.
  package let elementCount: Int
  package let bits: ElementBits
  package let transform: any TensorTransform
  /// Written behind it, in this order.
  package let companions: [Companion]

  /// A tensor whose bytes are known when the last range of the transform is done.
  package struct Companion: Sendable {
    package let name: String
    package let type: DType
    package let shape: Shape
    package let bytes: @Sendable () -> [UInt8]

    package init(
      name: String, type: DType, shape: Shape, bytes: @escaping @Sendable () -> [UInt8]
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

  package init(
    as form: (type: DType, shape: Shape), elementCount: Int, bits: ElementBits,
    by transform: any TensorTransform, companions: [Companion] = []
  ) {
    (type, shape) = form
    self.elementCount = elementCount
    self.bits = bits
    self.transform = transform
    self.companions = companions
  }
}

/// A tensor whose elements a transform computes from what it reads by itself, in any order.
///
/// The transform is given no bytes to start from.
package struct MadeTensor: Sendable {
  package let name: String
  package let type: DType
  package let shape: Shape
  package let transform: any TensorTransform

  package init(name: String, type: DType, shape: Shape, by transform: any TensorTransform) {
    self.name = name
    self.type = type
    self.shape = shape
    self.transform = transform
  }

  var step: RewritePlan.Step {
    let size = shape.byteCount(of: type) ?? 0
    var step = RewritePlan.Step(
      origin: .made, isFingerprinted: false,
      result: TensorEntry(name: name, type: type, shape: shape, range: 0..<size),
      transform: transform)
    step.coding = (shape.elementCount, (type.bitCount, type.bitCount))
    return step
  }
}

/// A tensor of another file, which is copied.
package struct StoredTensor: Sendable {
  package let file: TensorFile
  package let entry: TensorEntry

  package init(_ entry: TensorEntry, of file: TensorFile) {
    self.file = file
    self.entry = entry
  }
}
