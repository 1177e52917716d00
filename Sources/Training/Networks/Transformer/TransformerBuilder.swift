import Kernels
import Models
import Tensors

/// A network made of a file's tensors, and what of the file it has no use for.
package struct BuiltTransformer<Scalar: DenseScalar>: Sendable {
  package var network: Transformer<Scalar>
  /// Tensors of the file that are no part of the network, in the file's order, but buffers.
  package let unused: [String]
}

extension NetworkBuilder {
  /// The network that `design` describes, all of it frozen.
  ///
  /// - Throws: `ErrorList` with every tensor that is missing or has another shape; what reading the
  ///   others throws.
  package static func transformer<Scalar: DenseScalar>(
    _ design: TransformerDesign, from source: some TensorSource, as: Scalar.Type = Scalar.self
  ) throws -> BuiltTransformer<Scalar> {
    let names = TensorNames(source.tensors, bodyPrefix: design.bodyPrefix)
    let stacksExperts = design.stackNames.contains { names.find($0) != nil }
    var errors: [any ReportableError] = []
    var used: Set<ExactString> = []
    for tensor in design.tensors(stacksExperts: stacksExperts) {
      guard let found = names.find(tensor.name) else {
        errors.append(
          TransformerError.missing(file: source.file, tensor: tensor.name, shape: tensor.shape))
        continue
      }
      used.insert(ExactString(found.name))
      let expected = tensor.expected(of: found)
      if found.shape != expected {
        errors.append(
          TransformerError.shape(
            file: source.file, tensor: found.name, found: found.shape, expected: expected))
      } else if found.isCoded, found.shape.rank > 2 {
        errors.append(TransformerError.codedStack(file: source.file, tensor: found.name))
      }
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    let parts = TransformerParts<Scalar>(
      design: design, names: names, stacksExperts: stacksExperts, source: source)
    let unused = source.tensors.map(\.name).filter {
      !used.contains(ExactString($0)) && !isBuffer($0, of: design)
    }
    return BuiltTransformer(network: try parts.network(), unused: unused)
  }

  /// Whether a tensor is a mask or a table that a model computes anew, or a tied matrix once more.
  private static func isBuffer(_ name: String, of design: TransformerDesign) -> Bool {
    if case .language(let head) = design.head, head.isTied,
      name == head.projection.name + ".weight"
    {
      return true
    }
    let endings = [
      ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias",
      ".rotary_emb.inv_freq", "embeddings.position_ids",
    ]
    return endings.contains { name.hasSuffix($0) }
  }
}

extension DesignTensor {
  /// The shape that it has in a file; codes always lie [out, in].
  fileprivate func expected(of tensor: SourceTensor) -> Shape {
    isTransposed && tensor.isCoded ? Shape(shape.dimensions.reversed()) : shape
  }
}
