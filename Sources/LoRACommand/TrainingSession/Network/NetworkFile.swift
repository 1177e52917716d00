import Containers
import JSON
import Kernels
import Tensors
import Training

/// A network as a checkpoint: one file, or a folder with `model.safetensors` and `model.json`.
///
/// Tensors have the names of PyTorch's `nn.Linear`, and are f32 unless they were read as another type;
/// `ModelDescription` is the metadata.
/// `model.json` is `{"kind": "mlp", "sizes": [2, 64, 64, 3], "activation": "relu"}`.
enum NetworkFile {
  static let weightsName = "model.safetensors"
  static let descriptionName = "model.json"

  /// Writes a file for a name in `.safetensors` or `.gz` and for `-`, else a folder.
  static func write(
    _ network: some TableNetwork<Float>, _ description: ModelDescription,
    to output: ResultOutput, threads: Int, types: [String: DType] = [:]
  ) throws {
    let path = output.path
    let tensors = network.state.map { parameter in
      let tensor = Tensor(parameter.values, shape: parameter.shape)
      return (parameter.name, types[parameter.name]?.floatFormat.map(tensor.converted) ?? tensor)
    }
    let compression: TensorFileWriter.Compression = output.compresses ? .blockedGzip : .none
    if path == "-" {
      try write(tensors, description, to: .standardOutput, compression, threads)
    } else if path.hasSuffix(".safetensors") || output.compresses {
      try write(
        tensors, description, to: .path(path, output.options), compression, threads)
    } else {
      let folder = try OutputFolder(path: path, options: output.options)
      do {
        let file = try folder.makeFile(named: weightsName)
        try write(tensors, description, to: .file(file), .none, threads)
        try folder.write(json(network, description).indentedText + "\n", named: descriptionName)
        try folder.publish()
      } catch {
        folder.discard()
        throw error
      }
    }
  }

  private static func write(
    _ tensors: [(name: String, tensor: Tensor)], _ description: ModelDescription,
    to destination: TensorFileDestination, _ compression: TensorFileWriter.Compression,
    _ threads: Int
  ) throws {
    let writer = try TensorFileWriter(
      to: destination, entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) },
      metadata: description.metadata, compression: compression, threads: threads)
    do {
      for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
      try writer.finish()
    } catch {
      writer.discard()
      throw error
    }
  }

  private static func json(
    _ network: some TableNetwork<Float>, _ description: ModelDescription
  ) -> JSONValue {
    JSONValue(members: [
      ("kind", "mlp"),
      ("sizes", .array(network.widths.map { .number(JSONNumber($0)) })),
      ("activation", .string((description.activation ?? .relu).rawValue)),
    ])
  }

  /// What a folder's `model.json` says the activation is, if there is one.
  static func activation(
    besideWeightsOf checkpoint: Checkpoint
  ) throws -> Activation? {
    guard checkpoint.sideFiles.contains(descriptionName) else { return nil }
    let path = Folder.path(checkpoint.path, descriptionName)
    guard let text = try JSONValue(contentsOf: path)["activation"]?.string else { return nil }
    guard let activation = Activation(rawValue: text.lowercased()) else {
      throw ModelError.metadata(
        file: path, key: "activation",
        expected: Activation.allCases.map(\.rawValue).joined(separator: ", "), found: text)
    }
    return activation
  }
}

extension AdaptableNetwork<Float, TableBatch<Float>> {
  /// Rounds every parameter to the type that it is written as.
  mutating func round(to types: [String: DType]) {
    for parameter in state {
      guard let format = types[parameter.name]?.floatFormat, format != .f32 else { continue }
      let tensor = Tensor(parameter.values, shape: parameter.shape).converted(to: format)
      if let values = tensor.floats { replace(parameter.name, with: values) }
    }
  }
}
