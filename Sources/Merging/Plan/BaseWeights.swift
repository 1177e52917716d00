import Containers
import JSON
import Kernels
import Models
import OrderedCollections
import Tensors

/// The weights of a base as a merge sees them: in full, however they are stored.
struct BaseWeights {
  private let base: Checkpoint
  private let quantized: QuantizedTensors?
  /// The tensors of the base as though all were stored in full.
  let entries: [TensorEntry]

  /// Looks which tensors of `base` are quantized.
  ///
  /// - Throws: `QuantizationError`, or `ContainerError` for a quantized stream.
  init(of base: Checkpoint) throws {
    self.base = base
    let isQuantized = QuantizedTensors.sign(in: base.entries) != nil
    quantized = isQuantized ? try QuantizedTensors(in: base) : nil
    entries = quantized?.logical(base.entries) ?? base.entries
  }

  /// The changes of a merge, and what it has to say about quantized weights.
  struct Work {
    var changes: RewriteChanges
    /// Members of `config.json` to set.
    var configuration: OrderedDictionary<String, JSONValue> = [:]
    var metadata: OrderedDictionary<String, String> = [:]
    /// What is rounded to codes again, with what rounds it.
    var requantized: [(TensorEntry, Recoding, QuantizingTransform)] = []
    /// The tensors that come in place of others or change, by the name in the result under which
    /// those of the base are to be found again.
    var originals: OrderedDictionary<ExactString, [Checkpoint.Location]> = [:]
  }

  /// Plans the changes.
  ///
  /// - Parameters:
  ///   - plan: Made for `entries`.
  ///   - options: What the merge was told.
  ///   - meter: As in `MergePlan.changes`.
  /// - Returns: The work.
  /// - Throws: `QuantizationError.choiceNeeded` when quantized weights change and nothing says how;
  ///   `.notQuantized` when something says how, and there are none.
  func work(
    _ plan: MergePlan, _ options: MergeOptions, meter: SurvivalMeter?
  ) throws -> Work {
    var work = Work(changes: plan.changes(type: options.type, meter: meter))
    guard let quantized else {
      guard options.quantized == nil else {
        throw QuantizationError.notQuantized(file: base.path)
      }
      return work
    }
    let changed = quantized.tensors.filter { plan.edits[$0.key] != nil }
    if let name = changed.keys.first(where: plan.resizedNames.contains) {
      throw QuantizationError.malformed(
        file: base.path, tensor: name.text, problem: "is quantized, and its rows cannot grow")
    }
    switch options.quantized {
    case nil where changed.isEmpty: break
    case nil:
      throw QuantizationError.choiceNeeded(file: base.path, count: changed.count)
    case .dequantize(let type):
      for (name, tensor) in quantized.tensors {
        dequantize(tensor, as: type ?? options.type ?? tensor.type, plan.edits[name], meter, &work)
      }
      work.configuration[QuantizationConfiguration.key] = .null
      work.metadata[MetadataKey.quantizedFrom] = ""
    case .requantize:
      for (name, tensor) in changed {
        guard let edit = plan.edits[name] else { continue }
        requantize(tensor, edit, meter, &work)
      }
    }
    noteEdited(plan, &work)
    return work
  }

  private func dequantize(
    _ tensor: QuantizedTensor, as type: DType, _ edit: TensorEdit?, _ meter: SurvivalMeter?,
    _ work: inout Work
  ) {
    let format = type.floatFormat ?? tensor.format
    let transform = edit.map {
      EditTransform($0, of: tensor.name, format: (tensor.format, format), meter: meter)
    }
    replace(
      tensor,
      by: Recoding(dequantizing: tensor, in: base, as: DType(format), then: transform), &work)
  }

  /// The sum is taken in f32 and rounded to codes once; what that misses is measured against the sum.
  private func requantize(
    _ tensor: QuantizedTensor, _ edit: TensorEdit, _ meter: SurvivalMeter?, _ work: inout Work
  ) {
    let merged = DequantizingTransform(
      tensor, in: base, as: .f32,
      then: EditTransform(
        edit, of: tensor.name, format: (tensor.format, .f32), meter: meter))
    let bits = tensor.scheme.format == .int8 ? 8 : 4
    let transform = QuantizingTransform(
      tensor.entry, by: tensor.scheme,
      from: QuantizingTransform.Input(
        file: base.path, transform: merged, sourceBits: bits, format: .f32),
      rounding: tensor.format)
    let recoding = Recoding(
      quantizing: tensor.entry, by: tensor.scheme, with: transform, sourceBits: bits)
    work.requantized.append((tensor.entry, recoding, transform))
    replace(tensor, by: recoding, &work)
  }

  private func replace(
    _ tensor: QuantizedTensor, by recoding: Recoding, _ work: inout Work
  ) {
    let name = ExactString(tensor.name)
    work.changes.transforms[name] = nil
    work.changes.recodings[name] = recoding
    for part in tensor.partNames { work.changes.substitutes[ExactString(part)] = [] }
    work.originals[name] =
      [tensor.codes] + tensor.partNames.compactMap { base.location(named: $0) }
  }

  /// Tensors that are stored in full and change.
  private func noteEdited(_ plan: MergePlan, _ work: inout Work) {
    for location in base.tensors {
      let name = ExactString(location.entry.name)
      if plan.edits[name] != nil, work.originals[name] == nil { work.originals[name] = [location] }
    }
  }
}
