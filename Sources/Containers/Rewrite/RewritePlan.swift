import Tensors

/// A checkpoint to be made from another one: its shards, their tensors, and where each comes from.
package struct RewritePlan: Sendable {
  /// One tensor of the result.
  package struct OutputTensor: Sendable {
    package let name: String
    package let type: DType
    package let shape: Shape
    package let origin: Origin
    /// Changes the bytes on their way; nil copies them.
    package let transform: (any TensorTransform)?

    package init(
      name: String, type: DType, shape: Shape, origin: Origin,
      transform: (any TensorTransform)? = nil
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.origin = origin
      self.transform = transform
    }

    /// Bytes of the tensor.
    package var byteCount: Int { shape.byteCount(of: type) ?? 0 }
  }

  package enum Origin: Sendable {
    /// A tensor of the source, in this shard.
    case source(shard: Int, TensorEntry)
    /// A tensor that is added.
    case memory(Tensor)
  }

  package struct OutputShard: Sendable {
    package let fileName: String
    package let tensors: [OutputTensor]
  }

  package let shards: [OutputShard]

  /// The tensors of `layout` in their places, with the bytes that `source` has for them, those named
  /// in `transforms` changed.
  ///
  /// - Parameters:
  ///   - source: The checkpoint to read.
  ///   - layout: Whose shards and order of tensors the result takes; often the source itself.
  ///   - transforms: By tensor name.
  ///   - joined: Whether all shards become one, as a stream needs it.
  /// - Throws: `CheckpointProblem.missingCounterpart` or `.otherForm` when the two do not have the
  ///   same tensors.
  package init(
    _ source: Checkpoint, like layout: Checkpoint,
    transforms: [ExactString: any TensorTransform], joined: Bool
  ) throws(ContainerError) {
    var shards: [OutputShard] = []
    for shard in layout.shards {
      var tensors: [OutputTensor] = []
      for entry in shard.file.header.entriesByOffset {
        let found = try source.counterpart(of: entry)
        tensors.append(
          OutputTensor(
            name: entry.name, type: entry.type, shape: entry.shape,
            origin: .source(shard: found.shard, found.entry),
            transform: transforms[ExactString(entry.name)]))
      }
      shards.append(OutputShard(fileName: shard.fileName, tensors: tensors))
    }
    for entry in source.entries where layout.location(named: entry.name) == nil {
      throw ContainerError(
        file: layout.path, tensor: entry.name, .checkpoint(.missingCounterpart(source.path)))
    }
    self.shards =
      joined
      ? [OutputShard(fileName: "model.safetensors", tensors: shards.flatMap(\.tensors))] : shards
  }

  package var tensors: [OutputTensor] { shards.flatMap(\.tensors) }
}

extension Checkpoint {
  /// This checkpoint's tensor for one of another, alike in name, type and shape.
  package func counterpart(of entry: TensorEntry) throws(ContainerError) -> Location {
    guard let found = location(named: entry.name) else {
      throw ContainerError(
        file: path, tensor: entry.name, .checkpoint(.missingCounterpart(nil)))
    }
    guard found.entry.type == entry.type, found.entry.shape == entry.shape else {
      throw ContainerError(
        file: path, tensor: entry.name,
        .checkpoint(
          .otherForm(
            expected: "\(entry.type.rawValue) \(entry.shape)",
            found: "\(found.entry.type.rawValue) \(found.entry.shape)")))
    }
    return found
  }
}
