import Containers
import Tensors

/// How many of a network's parameters each tensor of a checkpoint stands for.
///
/// A tensor in full stands for its elements, codes for the weight that they are of, and what belongs
/// to codes for none.
package struct ParameterCounts {
  private var counts: [ExactString: Int?] = [:]
  private let isCoded: Bool
  /// The published layouts of the weights, where they are known.
  package private(set) var layouts: [LayoutTotal] = []

  /// - Parameters:
  ///   - entries: The tensors.
  ///   - quantized: Those in bitsandbytes' layout, where their descriptions could be read. Without
  ///     them two codes a byte are counted, which is one too many for a weight of an odd size.
  ///   - coded: Those in the published layouts.
  package init(
    _ entries: [TensorEntry], quantized: QuantizedTensors?, coded: CodedTensors? = nil
  ) {
    isCoded = CodedWeights.sign(in: entries) != nil
    for entry in entries {
      if let tensor = coded?.weight(codedIn: entry.name) {
        counts[ExactString(entry.name)] = tensor.shape.elementCount
      } else if coded?.isPart(entry.name) ?? false {
        counts[ExactString(entry.name)] = 0
      } else if let tensor = quantized?[entry.name] {
        counts[ExactString(entry.name)] = tensor.shape.elementCount
      } else if QuantizedTensors.isSign(entry.name) {
        counts[ExactString(entry.name)] = 0
      }
      if let parts = Self.describedWeight(entry.name), quantized == nil {
        counts[ExactString(parts)] = entries.first { $0.name == parts }.map { 2 * $0.byteCount }
      }
      if entry.name.hasSuffix(".SCB") {
        counts[ExactString(entry.name.dropLast(".SCB".count) + ".weight_format")] = 0
      }
    }
  }

  /// Those of a checkpoint; descriptions are read where that does not take reading all of a file.
  package init(of checkpoint: Checkpoint) {
    let canRead =
      checkpoint.form != .stream && checkpoint.shards.allSatisfy { $0.file.compression == .none }
    // What is wrong with a description is for those to say who need it.
    let codes = canRead ? try? CheckpointCodes(in: checkpoint) : nil
    self.init(checkpoint.entries, quantized: codes?.quantized, coded: codes?.coded)
    layouts = codes?.layouts ?? []
  }

  private static func describedWeight(_ name: String) -> String? {
    guard name.holds(QuantizedTensor.stateSuffix) else { return nil }
    let parts = name.split(separator: QuantizedTensor.stateSuffix, maxSplits: 1)
    return parts.count == 2 ? String(parts[0]) : nil
  }

  /// The parameters of one of the tensors; nil for codes whose layout is not known.
  package subscript(entry: TensorEntry) -> Int? {
    if let known = counts[ExactString(entry.name)] { return known }
    guard isCoded else { return entry.shape.elementCount }
    if CodedWeights.companions.contains(where: { entry.name.hasSuffix($0) }) { return 0 }
    switch entry.type {
    case .f4, .f6E2M3, .f6E3M2, .f8E4M3, .f8E5M2, .f8E4M3FNUZ, .f8E5M2FNUZ, .i8: break
    default: if CodedWeights.isCodes(entry) { return nil }
    }
    return entry.shape.elementCount
  }

  /// The parameters of several tensors; nil when those of one are not known.
  package func total(of entries: [TensorEntry]) -> Int? {
    entries.reduce(0) { sum, entry in sum.flatMap { sum in self[entry].map { sum + $0 } } }
  }
}
