import Containers
import OrderedCollections
import Tensors

/// All weights that a checkpoint stores in codes, in whichever layout.
package struct CheckpointCodes: Sendable {
  /// In bitsandbytes' layout.
  package let quantized: QuantizedTensors?
  /// In the other layouts that are read here.
  package let coded: CodedTensors?

  /// Finds and checks them.
  ///
  /// - Throws: `QuantizationError`, also for codes in a layout that is not read; `ContainerError` for a
  ///   stream that has some.
  package init(in checkpoint: Checkpoint) throws {
    let entries = checkpoint.entries
    let isQuantized = QuantizedTensors.sign(in: entries) != nil
    quantized = isQuantized ? try QuantizedTensors(in: checkpoint) : nil
    let isCoded = entries.contains { CodedWeights.isCodes($0) }
    let found = isCoded ? try CodedTensors(in: checkpoint) : nil
    coded = found?.isEmpty ?? true ? nil : found
  }

  package var isEmpty: Bool { quantized?.isEmpty ?? true && coded == nil }

  /// Whether the tensor of this name is none of codes, and belongs to none.
  package func isInFull(_ name: String) -> Bool {
    let isQuantized = quantized.map { $0[name] != nil || $0.isPart(name) } ?? false
    let isCoded = coded.map { $0.weight(codedIn: name) != nil || $0.isPart(name) } ?? false
    return !isQuantized && !isCoded
  }

  /// The tensors of the checkpoint as though all were stored in full.
  package func logical(_ entries: [TensorEntry]) -> [TensorEntry] {
    let known = quantized?.logical(entries) ?? entries
    return coded?.logical(known) ?? known
  }

  /// The published layouts, in the order of the file.
  package var layouts: [LayoutTotal] {
    var totals: OrderedDictionary<CodedLayout, LayoutTotal> = [:]
    for tensor in coded?.tensors.values.elements ?? [] {
      totals[tensor.layout, default: LayoutTotal(layout: tensor.layout)].add(tensor)
    }
    return Array(totals.values)
  }
}

/// What the weights of one layout come to.
package struct LayoutTotal: Sendable {
  package let layout: CodedLayout
  package private(set) var weights = 0
  package private(set) var elements = 0
  private var bytes = 0

  fileprivate init(layout: CodedLayout) {
    self.layout = layout
  }

  fileprivate mutating func add(_ tensor: CodedTensor) {
    weights += 1
    elements += tensor.shape.elementCount
    bytes += tensor.parts.reduce(tensor.codes.entry.byteCount) { $0 + $1.entry.byteCount }
  }

  /// With scales and all that belongs to the codes.
  package var bitsPerWeight: Double { Double(bytes * 8) / Double(max(1, elements)) }
}
