import Adapters
import Containers
import JSON
import Kernels
import Models
import OrderedCollections
import Tensors

/// Stores weights of a checkpoint in few bits, in bitsandbytes' layout.
package struct Quantize: Sendable {
  package let source: Checkpoint
  package let scheme: QuantizationScheme
  package let output: EditOutput
  /// The tensors to quantize; nil for the weights of linear layers.
  package var targets: Set<ExactString>?
  /// Tensors that stay as they are.
  package var skipped: Set<ExactString> = []

  package init(_ source: Checkpoint, by scheme: QuantizationScheme, to output: EditOutput) {
    self.source = source
    self.scheme = scheme
    self.output = output
  }

  /// Plans, reads, writes and publishes.
  ///
  /// - Throws: `QuantizationError` for a checkpoint that is quantized already, a tensor that cannot be
  ///   or a weight that is not finite; `ContainerError`.
  package func run() throws -> QuantizationSummary {
    if let sign = QuantizedTensors.sign(in: source.entries) {
      throw QuantizationError.quantizedAlready(file: source.path, tensor: sign)
    }
    if let sign = CodedWeights.sign(in: source.entries) {
      // A layout that is not known is refused as such.
      _ = try CodedTensors(in: source)
      throw QuantizationError.quantizedAlready(file: source.path, tensor: sign)
    }
    let state = try MergedState(metadata: source.metadata, file: source.path)
    let chosen = try chosen()
    var changes = RewriteChanges()
    var transforms: [(TensorEntry, Recoding, QuantizingTransform)] = []
    for entry in chosen {
      let transform = transform(for: entry)
      let stored = TensorEntry(
        name: entry.name, type: entry.type == .f64 ? .f32 : entry.type, shape: entry.shape,
        range: entry.range)
      let recoding = Recoding(
        quantizing: stored, by: scheme, with: transform, sourceBits: entry.type.bitCount)
      changes.recodings[ExactString(entry.name)] = recoding
      transforms.append((entry, recoding, transform))
    }
    let edit = CheckpointEdit(
      source, changes: changes, to: output,
      with: CheckpointEdit.Attachments(
        configuration: try QuantizationConfiguration.members(
          for: scheme, of: Set(chosen.map { ExactString($0.name) }), in: source,
          aliases: MemoryNames.names),
        metadata: metadata(of: chosen)))
    let fingerprints = try edit.run(state: nil) { _ in nil }
    let tensors = transforms.map { QuantizedSummary($0.0, $0.1, error: $0.2.error) }
    return QuantizationSummary(
      scheme: scheme, tensors: tensors, of: source, result: fingerprints.result,
      notes: notes(state, chosen))
  }

  private func chosen() throws -> [TensorEntry] {
    let wanted = source.entries.filter { entry in
      let name = ExactString(entry.name)
      guard !skipped.contains(name) else { return false }
      return targets?.contains(name) ?? isLinear(entry)
    }
    let names = Set(wanted.map { ExactString($0.name) })
    let inFull = Set(
      source.entries.lazy
        .filter { QuantizationTargets.isMatrix($0) && !names.contains(ExactString($0.name)) }
        .map { QuantizationTargets.module(of: $0.name) })
    let all =
      try isShadowing
      ? wanted.filter {
        !QuantizationTargets.isShadowed(QuantizationTargets.module(of: $0.name), by: inFull)
      } : wanted
    try check(all)
    return all
  }

  /// Whether transformers has the weight of one linear layer here, and lets it be quantized.
  private func isLinear(_ entry: TensorEntry) -> Bool {
    guard QuantizationTargets.includes(entry) else { return false }
    guard let type = try? source.configuration?.textType else { return true }
    return !MemoryNames.isCut(QuantizationTargets.module(of: entry.name), of: type)
  }

  /// Whether transformers will look at the names of what stays in full, and nobody chose them.
  private var isShadowing: Bool {
    get throws(SettingProblem) {
      guard targets == nil else { return false }
      return try source.configuration?.type != nil
    }
  }

  private func check(_ all: [TensorEntry]) throws {
    let orientation = try LayerOrientation(source.configuration, source.entries)
    if let type = try source.configuration?.textType, QuantizationTargets.hasOwnLayers(type),
      let first = all.first
    {
      throw QuantizationError.ownLayer(file: source.path, tensor: first.name, model: type)
    }
    for entry in all {
      if orientation.isTurned(entry.name) ?? false {
        throw QuantizationError.turned(file: source.path, tensor: entry.name)
      }
      guard entry.type.floatFormat != nil, entry.shape.elementCount > 0 else {
        throw QuantizationError.notNumbers(
          file: source.path, tensor: entry.name, type: entry.type.rawValue)
      }
      guard scheme.format != .int8 || entry.shape.rank == 2 else {
        throw QuantizationError.notRows(file: source.path, tensor: entry.name, shape: entry.shape)
      }
    }
    guard !all.isEmpty else { throw QuantizationError.nothingChosen(file: source.path) }
  }

  private func transform(for entry: TensorEntry) -> QuantizingTransform {
    let format = entry.type.floatFormat ?? .f32
    let isDouble = format == .f64
    let input = QuantizingTransform.Input(
      file: source.path,
      transform: isDouble ? ConversionTransform(entry.name, from: .f64, to: .f32) : nil,
      sourceBits: entry.type.bitCount, format: isDouble ? .f32 : format)
    return QuantizingTransform(
      entry, by: scheme, from: input, rounding: isDouble ? .f32 : format)
  }

  /// The layout of 8-bit weights does not say what they were.
  private func metadata(of chosen: [TensorEntry]) -> OrderedDictionary<String, String> {
    guard scheme.format == .int8, let first = chosen.first else { return [:] }
    return [MetadataKey.quantizedFrom: first.type.rawValue]
  }

  private func notes(_ state: MergedState?, _ chosen: [TensorEntry]) -> [String] {
    var notes: [String] = []
    if state != nil {
      notes.append(
        "\(escaped(source.path)): the record of what is merged is left out: the weights have other "
          + "bits, so it could not be taken out again")
    }
    let names = Set(chosen.map { ExactString($0.name) })
    let experts = source.entries.filter {
      QuantizationTargets.isMatrix($0) && !names.contains(ExactString($0.name))
        && QuantizationTargets.isOfExperts(QuantizationTargets.module(of: $0.name))
    }
    if targets == nil, !experts.isEmpty {
      notes.append(
        "\(escaped(source.path)): \(experts.count) weights of experts and of what chooses between "
          + "them stay in full, as transformers holds them in a form that bitsandbytes does not "
          + "quantize")
    }
    let odd = chosen.filter { !QuantizationTargets.includes($0) }
    if let first = odd.first {
      notes.append(
        "\(escaped(source.path)): \"\(escaped(first.name))\""
          + (odd.count > 1 ? " and \(odd.count - 1) more are" : " is")
          + " nothing that transformers quantizes; other programs may not read the result")
    }
    return notes
  }
}
