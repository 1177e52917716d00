import Adapters
import Kernels
import Models
import Tensors
import Training

/// The classifier that an adapter brings for a model that has none, or one of another size.
///
/// PEFT trains a head whole and saves it with the adapter (`modules_to_save`); the base is often a
/// model that foretells tokens, or a body alone.
struct AdapterHead {
  /// The base's configuration, with a classifier as large as the adapter's.
  let configuration: ModelConfiguration
  /// What the adapter brings whole.
  private let tensors: [ExactString: Tensor]

  /// Nil when no adapter brings a head, or the model has the same.
  init?(of adapters: [Adapter], for configuration: ModelConfiguration) {
    let known = try? TransformerDesign(configuration)
    for adapter in adapters.reversed() {
      let whole = adapter.replacements.filter { $0.rows == nil }
      for replacement in whole where replacement.tensor.shape.rank == 2 {
        var headed = configuration
        headed.setClassifier(outputs: replacement.tensor.shape[0])
        guard let classifier = (try? TransformerDesign(headed))?.classifier,
          replacement.parameter == classifier.output.name + ".weight",
          classifier.output != known?.classifier?.output
        else { continue }
        self.configuration = headed
        tensors = Dictionary(
          whole.map { (ExactString($0.parameter), $0.tensor) }, uniquingKeysWith: { $1 })
        return
      }
    }
    return nil
  }

  /// A checkpoint's tensors, with those of the head among them.
  struct Source<Base: TensorSource>: TensorSource {
    let head: AdapterHead
    let base: Base

    var file: String { base.file }

    var tensors: [SourceTensor] {
      base.tensors.filter { head.tensors[ExactString($0.name)] == nil }
        + head.tensors.sorted { $0.key.text < $1.key.text }.map {
          SourceTensor(name: $0.key.text, shape: $0.value.shape, isCoded: false)
        }
    }

    func weight<Scalar: DenseScalar>(
      named name: String, as type: Scalar.Type
    ) throws -> Weight<Scalar> {
      guard let tensor = head.tensors[ExactString(name)] else {
        return try base.weight(named: name, as: type)
      }
      return Weight(
        name: name, shape: tensor.shape, values: (tensor.doubles ?? []).map { Scalar($0) })
    }
  }
}
