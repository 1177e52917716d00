import Kernels
import Models
import Tensors

/// A file's tensors, and those of a classifier's head that the file lacks: a body that is to learn to
/// classify.
///
/// Weights are normal with the deviation 0.02, as transformers draws them by default; biases are 0, and
/// a norm begins as none.
package struct DrawnHead: TensorSource {
  private let source: any TensorSource
  private let drawn: [ExactString: [Double]]
  package let tensors: [SourceTensor]

  /// - Parameters:
  ///   - design: Of a classifier.
  ///   - source: What the file has.
  ///   - generator: What the weights are drawn from.
  package init(
    of design: TransformerDesign, over source: any TensorSource, generator: inout Generator
  ) {
    self.source = source
    let names = TensorNames(source.tensors, bodyPrefix: design.bodyPrefix)
    var (drawn, tensors): ([ExactString: [Double]], [SourceTensor]) = ([:], source.tensors)
    for tensor in design.head.tensors where names.find(tensor.name) == nil {
      let isMatrix = tensor.shape.rank > 1
      let isNorm = !isMatrix && tensor.name.hasSuffix(".weight")
      let values = (0..<tensor.shape.elementCount).map { _ in
        isMatrix ? generator.normal() * 0.02 : isNorm ? 1 : 0
      }
      drawn[ExactString(tensor.name)] = values
      tensors.append(SourceTensor(name: tensor.name, shape: tensor.shape, isCoded: false))
    }
    (self.drawn, self.tensors) = (drawn, tensors)
  }

  package var file: String { source.file }

  /// Names of what was drawn.
  package var names: [String] { drawn.keys.map(\.text).sorted() }

  package func weight<Scalar: DenseScalar>(
    named name: String, as: Scalar.Type
  ) throws -> Weight<Scalar> {
    guard let values = drawn[ExactString(name)],
      let tensor = tensors.last(where: { $0.name == name })
    else { return try source.weight(named: name, as: Scalar.self) }
    return Weight(name: name, shape: tensor.shape, values: values.map { Scalar($0) })
  }
}
