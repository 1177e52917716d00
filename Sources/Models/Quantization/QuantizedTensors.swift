import Containers
import JSON
import OrderedCollections
import Tensors

/// The weights that a checkpoint stores in few bits.
package struct QuantizedTensors: Sendable {
  /// By name, in the order of the file.
  package let tensors: OrderedDictionary<ExactString, QuantizedTensor>
  /// The names of all tensors that belong to them.
  private let partNames: Set<ExactString>

  /// Finds and checks them.
  ///
  /// - Throws: `QuantizationError` for one that is incomplete or not understood; `ContainerError`, also
  ///   when there is one and the checkpoint is a stream, which cannot be read out of order.
  package init(in checkpoint: Checkpoint) throws {
    var found: OrderedDictionary<ExactString, QuantizedTensor> = [:]
    for location in checkpoint.tensors {
      let name = location.entry.name
      let tensor: QuantizedTensor
      if name.holds(QuantizedTensor.stateSuffix) {
        tensor = try QuantizedTensor(describedBy: location, in: checkpoint)
      } else if name.hasSuffix(".SCB") {
        tensor = try QuantizedTensor(
          scaledBy: location, as: Self.type(ofBytesIn: checkpoint), in: checkpoint)
      } else {
        continue
      }
      found[ExactString(tensor.name)] = tensor
    }
    try Self.refuseOrphans(in: checkpoint, besides: found)
    tensors = found
    partNames = Set(found.values.flatMap { $0.partNames.map(ExactString.init) })
  }

  /// The name of a tensor by which a checkpoint is known to be quantized; nil when it is not.
  package static func sign(in entries: [TensorEntry]) -> String? {
    entries.first { isSign($0.name) }?.name
  }

  private static let endings = [".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map"]

  static func isSign(_ name: String) -> Bool {
    name.holds(QuantizedTensor.stateSuffix) || name.hasSuffix(".SCB")
      || endings.contains { name.hasSuffix($0) }
  }

  /// A scale without the description of its weight stands for a weight that cannot be decoded.
  private static func refuseOrphans(
    in checkpoint: Checkpoint, besides found: OrderedDictionary<ExactString, QuantizedTensor>
  ) throws(QuantizationError) {
    for entry in checkpoint.entries {
      guard let ending = endings.first(where: { entry.name.hasSuffix($0) }) else { continue }
      let name = String(entry.name.dropLast(ending.count))
      guard found[ExactString(name)] == nil, checkpoint.location(named: name) != nil else {
        continue
      }
      throw .missingPart(
        file: checkpoint.path, tensor: name, part: name + QuantizedTensor.stateSuffix + "nf4")
    }
  }

  /// What 8-bit weights were: their layout does not say, so the configuration does, or our metadata.
  private static func type(ofBytesIn checkpoint: Checkpoint) throws(SettingProblem) -> DType {
    if let type = try checkpoint.configuration?.storedType, type != .f64 { return type }
    let recorded = checkpoint.metadata?[MetadataKey.quantizedFrom].flatMap(DType.init)
    return recorded.flatMap { $0.floatFormat == nil ? nil : $0 } ?? .f32
  }

  package var isEmpty: Bool { tensors.isEmpty }

  package subscript(name: String) -> QuantizedTensor? { tensors[ExactString(name)] }

  /// Whether the tensor `name` belongs to a quantized one.
  package func isPart(_ name: String) -> Bool { partNames.contains(ExactString(name)) }

  /// The tensors of the checkpoint as though all were stored in full.
  package func logical(_ entries: [TensorEntry]) -> [TensorEntry] {
    entries.compactMap { entry in
      isPart(entry.name) ? nil : self[entry.name]?.entry ?? entry
    }
  }
}
