import Containers
import JSON
import OrderedCollections
import Tensors

/// The weights that a checkpoint stores in codes of the published layouts, bitsandbytes' left out.
///
/// A layout is known by the tensors that lie beside each other; `config.json` says what they leave
/// open, as the size of blocks.
package struct CodedTensors: Sendable {
  /// By the weights' names, in the order of the file.
  package let tensors: OrderedDictionary<ExactString, CodedTensor>
  /// Tensors that belong to the whole checkpoint's codes, as markers.
  package let markers: Set<ExactString>
  private let byCodes: [ExactString: CodedTensor]
  private let partNames: Set<ExactString>

  /// Finds and checks them.
  ///
  /// - Throws: `QuantizationError` for a weight that is incomplete, not understood, or in a layout that
  ///   is not read; `ContainerError` for a stream that has some.
  package init(in checkpoint: Checkpoint) throws {
    let finder = try CodedTensorFinder(checkpoint)
    var found: OrderedDictionary<ExactString, CodedTensor> = [:]
    for location in checkpoint.tensors {
      guard let tensor = try finder.tensor(coded: location) else { continue }
      found[ExactString(tensor.name)] = tensor
    }
    if !found.isEmpty {
      for shard in checkpoint.shards where !shard.file.isRandomAccess {
        throw ContainerError(file: shard.file.path, .input(.needsRandomAccess))
      }
    }
    tensors = found
    byCodes = Dictionary(
      found.values.map { (ExactString($0.codes.entry.name), $0) },
      uniquingKeysWith: { first, _ in first })
    let parts = Set(found.values.flatMap { $0.parts.map { ExactString($0.entry.name) } })
    markers = Set(
      checkpoint.entries.lazy.map { ExactString($0.name) }
        .filter { Self.markerNames.contains($0.text) })
    partNames = parts.union(markers)
    try refuseRest(of: checkpoint)
  }

  /// Names of tensors that say something of all codes.
  private static let markerNames: Set<String> = ["scaled_fp8"]

  /// What scales of weights alone are called: with no codes beside them these are lost.
  private static let scaleEndings = [
    ".weight_scale_inv", ".weight_scale", ".weight_scale_2", ".weight_global_scale",
    ".scale_weight",
    ".qzeros",
  ]

  /// Codes and scales that belong to nothing that was found.
  private func refuseRest(of checkpoint: Checkpoint) throws(QuantizationError) {
    for entry in checkpoint.entries {
      let name = ExactString(entry.name)
      guard byCodes[name] == nil, !partNames.contains(name) else { continue }
      if CodedWeights.isCodes(entry), !QuantizedTensors.isCodes(entry, in: checkpoint) {
        throw .otherCodes(file: checkpoint.path, tensor: entry.name)
      }
      if let ending = Self.scaleEndings.first(where: { entry.name.hasSuffix($0) }) {
        throw .missingPart(
          file: checkpoint.path, tensor: entry.name,
          part: String(entry.name.dropLast(ending.count)) + ".weight")
      }
    }
  }

  package var isEmpty: Bool { tensors.isEmpty }

  /// The one type that the weights get when nobody says; nil where there are several.
  package var commonType: DType? {
    let types = Set(tensors.values.map(\.type))
    return types.count == 1 ? types.first : nil
  }

  package subscript(name: String) -> CodedTensor? { tensors[ExactString(name)] }

  /// The weight whose codes are the tensor `name`.
  package func weight(codedIn name: String) -> CodedTensor? { byCodes[ExactString(name)] }

  /// Whether the tensor `name` belongs to codes, and is none itself.
  package func isPart(_ name: String) -> Bool { partNames.contains(ExactString(name)) }

  /// The tensors of the checkpoint as though all were stored in full.
  package func logical(_ entries: [TensorEntry]) -> [TensorEntry] {
    entries.compactMap { entry in
      isPart(entry.name) ? nil : weight(codedIn: entry.name)?.entry ?? entry
    }
  }
}

extension QuantizedTensors {
  /// Whether the tensor holds codes of bitsandbytes.
  static func isCodes(_ entry: TensorEntry, in checkpoint: Checkpoint) -> Bool {
    if checkpoint.location(named: entry.name + ".quant_map") != nil { return true }
    guard entry.name.hasSuffix(".weight") else { return false }
    return checkpoint.location(named: String(entry.name.dropLast("weight".count)) + "SCB") != nil
  }
}
