import Containers
import OrderedCollections
import Tensors

/// Writes a checkpoint in another form: other types, shards, compression.
package struct Convert: Sendable {
  package let source: Checkpoint
  package let output: EditOutput
  /// The type of the result's floating-point tensors; nil keeps each tensor's own.
  package let type: DType?

  package init(_ source: Checkpoint, to output: EditOutput, type: DType?) {
    self.source = source
    self.output = output
    self.type = type
  }

  /// What a conversion did.
  package struct Summary: Sendable {
    /// Tensors whose bytes are the same.
    package let copied: Int
    /// Tensors that got a type which holds every value of their own.
    package let widened: Int
    /// Tensors whose values were rounded.
    package let rounded: Int
    package let bytes: Int
    package let result: Fingerprint
    /// What a person should know, one sentence each.
    package let notes: [String]
  }

  /// Reads, writes and publishes.
  ///
  /// - Throws: `ContainerError`; `CheckpointProblem.becomesInfinite` for a value that is too large
  ///   for the new type.
  package func run() throws -> Summary {
    var changes = RewriteChanges()
    changes.type = type
    let kinds = source.entries.map { Self.kind(from: $0.type, to: changes.resultType(of: $0.type)) }
    let state = try MergedState(metadata: source.metadata, file: source.path)
    let keepsBits = kinds.allSatisfy { $0 == .copied }
    let edit = CheckpointEdit(
      source, changes: changes, to: output,
      with: CheckpointEdit.Attachments(
        configuration: try source.configuration.members(storing: type)))
    let fingerprints = try edit.run(state: keepsBits ? state : nil) { _ in state?.base }
    return Summary(
      copied: kinds.filter { $0 == .copied }.count, widened: kinds.filter { $0 == .widened }.count,
      rounded: kinds.filter { $0 == .rounded }.count, bytes: source.dataSize,
      result: fingerprints.result,
      notes: state == nil || keepsBits
        ? []
        : [
          "\(escaped(source.path)): the record of what is merged is left out: the weights have "
            + "other bits, so it could not be taken out again"
        ])
  }

  private enum Kind {
    case copied
    case widened
    case rounded
  }

  private static func kind(from type: DType, to result: DType) -> Kind {
    guard type != result else { return .copied }
    switch (type, result) {
    case (_, .f64), (.bf16, .f32), (.f16, .f32): return .widened
    default: return .rounded
    }
  }
}
