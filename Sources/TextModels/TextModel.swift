import Adapters
import Containers
import Kernels
import Models
import Tensors
import Training

/// A model folder as a network that is computed with.
///
///     let model = try TextModel<Float>("SmolLM2-135M-Instruct")
///     try model.attach([WeightedAdapter(try AdapterFile.open("adapter"))])
package struct TextModel<Scalar: DenseScalar>: Sendable {
  /// The path as the user gave it.
  package let file: String
  package let configuration: ModelConfiguration
  package let checkpoint: Checkpoint
  package var network: Transformer<Scalar>
  /// Tensors of the file that are no part of the network.
  package let unusedTensors: [String]

  /// Opens a folder and reads its weights, which stay as they are stored.
  ///
  /// - Throws: `ContainerError` for the files, `TextNetworkError` or `ModelOutlineError` or
  ///   `SettingProblem` when there is no network to make, `ErrorList` with all settings that are not
  ///   computed, or all tensors that are missing or have other shapes.
  package init(_ path: String) throws {
    try self.init(try Checkpoint.open(path))
  }

  /// Reads the weights of `checkpoint`, with `configuration` in place of the folder's own.
  ///
  /// - Parameters:
  ///   - checkpoint: The model.
  ///   - configuration: What it is made of, where the folder's file is not to be asked.
  ///   - adapters: Those that will go beside it: a classifier that one brings is the model's.
  /// - Throws: As opening a folder does.
  package init(
    _ checkpoint: Checkpoint, configuration: ModelConfiguration? = nil,
    headedBy adapters: [Adapter] = []
  ) throws {
    guard var configuration = try configuration ?? checkpoint.configuration else {
      throw TextNetworkError.noConfiguration(file: checkpoint.path)
    }
    let source = try CheckpointTensors(checkpoint)
    let built: BuiltTransformer<Scalar>
    if let head = AdapterHead(of: adapters, for: configuration) {
      configuration = head.configuration
      built = try NetworkBuilder.transformer(
        try TransformerDesign(configuration), from: AdapterHead.Source(head: head, base: source))
    } else {
      built = try NetworkBuilder.transformer(try TransformerDesign(configuration), from: source)
    }
    (file, self.checkpoint, self.configuration) = (checkpoint.path, checkpoint, configuration)
    (network, unusedTensors) = (built.network, built.unused)
  }
}
