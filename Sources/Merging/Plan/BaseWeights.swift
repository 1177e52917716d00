import Containers
import JSON
import Kernels
import Models
import OrderedCollections
import Tensors

/// The weights of a base as a merge sees them: in full, however they are stored.
struct BaseWeights {
  private let base: Checkpoint
  private let codes: CheckpointCodes
  /// The tensors of the base as though all were stored in full.
  let entries: [TensorEntry]

  /// Looks which tensors of `base` are quantized.
  ///
  /// - Throws: `QuantizationError`, or `ContainerError` for a quantized stream.
  init(of base: Checkpoint) throws {
    self.base = base
    codes = try CheckpointCodes(in: base)
    entries = codes.logical(base.entries)
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
  /// - Throws: `QuantizationError.typeOfCodes`; `.choiceNeeded` when quantized weights change and nothing says how;
  ///   `.notQuantized` when something says how, and there are none.
  func work(
    _ plan: MergePlan, _ options: MergeOptions, meter: SurvivalMeter?
  ) throws -> Work {
    try CodedWeights.refuseType(
      options.type, for: writesOut(options) ? entries : base.entries, of: base.path)
    let type = options.type ?? widening(options)
    var work = Work(changes: plan.changes(type: type, meter: meter))
    guard !codes.isEmpty else {
      guard options.quantized == nil else {
        throw QuantizationError.notQuantized(file: base.path)
      }
      return work
    }
    let changed = try changed(plan)
    switch options.quantized {
    case nil where changed.isEmpty: break
    case nil:
      throw QuantizationError.choiceNeeded(file: base.path, count: changed.count)
    case .dequantize(let type):
      try dequantizeAll(as: type ?? options.type, plan, meter, &work)
    case .requantize:
      try refuseReadOnly(plan)
      for (name, tensor) in codes.quantized?.tensors ?? [:] {
        guard let edit = plan.edits[name] else { continue }
        requantize(tensor, edit, meter, &work)
      }
    }
    noteEdited(plan, &work)
    return work
  }

  /// The weights in codes that a plan changes.
  private func changed(_ plan: MergePlan) throws(QuantizationError) -> [ExactString] {
    let names =
      (codes.quantized?.tensors.keys.elements ?? []) + (codes.coded?.tensors.keys.elements ?? [])
    let changed = names.filter { plan.edits[$0] != nil }
    if let name = changed.first(where: plan.resizedNames.contains) {
      throw .malformed(
        file: base.path, tensor: name.text, problem: "is quantized, and its rows cannot grow")
    }
    return changed
  }

  private func refuseReadOnly(_ plan: MergePlan) throws(QuantizationError) {
    for (name, tensor) in codes.coded?.tensors ?? [:] where plan.edits[name] != nil {
      throw .cannotRequantize(
        file: base.path, tensor: tensor.name, layout: tensor.layout.rawValue)
    }
  }

  private func dequantizeAll(
    as type: DType?, _ plan: MergePlan, _ meter: SurvivalMeter?, _ work: inout Work
  ) throws(SettingProblem) {
    if let coded = codes.coded {
      work.configuration = try base.configuration.members(storing: type ?? coded.commonType)
    }
    for (name, tensor) in codes.quantized?.tensors ?? [:] {
      dequantize(tensor, as: type ?? tensor.type, plan.edits[name], meter, &work)
    }
    for (name, tensor) in codes.coded?.tensors ?? [:] {
      writeOut(tensor, as: type ?? tensor.type, plan.edits[name], meter, &work)
    }
    for marker in codes.coded?.markers ?? [] {
      work.changes.substitutes[marker] = []
      // It is nobody's own: it comes back with the first weight.
      guard let first = codes.coded?.tensors.keys.first else { continue }
      work.originals[first]? += base.location(named: marker.text).map { [$0] } ?? []
    }
    for key in QuantizationConfiguration.keys { work.configuration[key] = .null }
    work.metadata[MetadataKey.quantizedFrom] = ""
  }

  /// Writes out a weight of a published layout, edited if there is an edit.
  private func writeOut(
    _ tensor: CodedTensor, as type: DType, _ edit: TensorEdit?, _ meter: SurvivalMeter?,
    _ work: inout Work
  ) {
    let (name, format) = (ExactString(tensor.name), type.floatFormat ?? .f32)
    let transform = edit.map {
      EditTransform($0, of: tensor.name, format: (.f32, format), meter: meter)
    }
    work.changes.transforms[name] = nil
    work.changes.writeOut(
      tensor, as: DType(format),
      by: DecodingTransform(tensor, in: base, as: format, then: transform))
    work.originals[name] = [tensor.codes] + tensor.parts
  }

  /// The type of all tensors where a published layout is written out in one that holds every number of
  /// theirs: the result is of one type then, as its `config.json` says.
  private func widening(_ options: MergeOptions) -> DType? {
    guard codes.coded != nil, case .dequantize(let type?) = options.quantized else { return nil }
    let isWide = type == .f64 || type == .f32 && !entries.contains { $0.type == .f64 }
    return isWide ? type : nil
  }

  private func writesOut(_ options: MergeOptions) -> Bool {
    if case .dequantize = options.quantized { true } else { false }
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

  /// Tensors that are stored in full and change, or only their type.
  private func noteEdited(_ plan: MergePlan, _ work: inout Work) {
    for location in base.tensors {
      let name = ExactString(location.entry.name)
      let type = location.entry.type
      let isChanged = plan.edits[name] != nil || work.changes.resultType(of: type) != type
      if isChanged, work.originals[name] == nil, codes.isInFull(location.entry.name) {
        work.originals[name] = [location]
      }
    }
  }
}
