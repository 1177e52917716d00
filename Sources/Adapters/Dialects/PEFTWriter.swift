import JSON
import OrderedCollections
import Tensors

/// Writes what `PEFTDialect` reads.
///
/// From another dialect every module gets its own rank and alpha, in patterns that match it alone:
/// `^` and the full name, dots escaped, as PEFT searches for `(.*\.)?(KEY)$`.
package struct PEFTWriter {
  private let conversion: AdapterConversion
  private var adapter: Adapter { conversion.adapter }

  package init(_ conversion: AdapterConversion) {
    self.conversion = conversion
  }

  package func converted() throws(ErrorList) -> ConvertedAdapter {
    let isUniform = conversion.isUniform
    let isPacked = !adapter.configuration.packedParts.isEmpty
    guard isUniform || isPacked || adapter.dialect != .peft else { return untouched }
    let errors = (isUniform ? unevenExperts : []) + conversion.changeRefusals(in: .peft)
    guard errors.isEmpty else { throw ErrorList(errors) }
    return rewritten(isUniform ? uniform() : adapter.updates.map(stated))
  }

  /// The updates under PEFT's names, with the configuration that their ranks and scalings ask for.
  package func rewritten() -> ConvertedAdapter { rewritten(adapter.updates.map(stated)) }

  private func rewritten(_ scaled: [ScaledUpdate]) -> ConvertedAdapter {
    var tensors: [(name: String, tensor: Tensor)] = []
    for part in scaled { tensors += named(part) }
    for replacement in adapter.replacements {
      tensors.append((replacement.tensorName, replacement.tensor))
    }
    return ConvertedAdapter(
      form: .peft(configuration(scaled)), tensors: tensors, metadata: conversion.metadata,
      modules: scaled.map(\.report), isUntouched: false)
  }

  /// A PEFT adapter that only moves into another container: its own names, bytes and configuration.
  private var untouched: ConvertedAdapter {
    var tensors: [(name: String, tensor: Tensor)] = []
    for update in adapter.updates {
      let parts = [update.pair.down, update.pair.up, update.upBias, update.magnitude]
      for (name, tensor) in zip(update.tensorNames, parts.compactMap(\.self)) {
        tensors.append((name, tensor))
      }
    }
    for replacement in adapter.replacements {
      tensors.append((replacement.tensorName, replacement.tensor))
    }
    return ConvertedAdapter(
      form: .peft(adapter.configuration.document), tensors: tensors,
      metadata: conversion.metadata,
      modules: adapter.updates.map { ScaledUpdate($0, stated: $0.pair.scaling).report },
      isUntouched: true)
  }

  // MARK: Scaling

  private func stated(_ update: ModuleUpdate) -> ScaledUpdate {
    let hasAlpha = AlphaSearch.alpha(scaling: update.pair.scaling, rank: update.rank) != nil
    return ScaledUpdate(update, stated: hasAlpha ? update.pair.scaling : 1)
  }

  private func uniform() -> [ScaledUpdate] {
    let rank = conversion.commonRank
    let common = adapter.updates.commonScaling
    let stated = AlphaSearch.alpha(scaling: common, rank: rank) != nil ? common : 1
    return adapter.updates.map {
      ScaledUpdate($0, stated: stated, rank: $0.kind.isParameter ? nil : rank)
    }
  }

  /// Experts are stacked along their ranks, and are not filled up.
  private var unevenExperts: [any ReportableError] {
    adapter.updates.filter { $0.kind.isParameter && $0.rank != conversion.commonRank }.map {
      AdapterError.tensor(
        file: adapter.file, name: $0.name,
        problem: "its experts have rank \($0.rank), another module has "
          + "\(conversion.commonRank); leave --uniform out")
    }
  }

  // MARK: Names

  private func named(_ part: ScaledUpdate) -> [(name: String, tensor: Tensor)] {
    let update = part.update
    var depth = 0
    if case .parameter(let found, _) = update.kind { depth = found }
    let module =
      "base_model.model." + update.module + String(repeating: ".base_layer", count: depth)
    var result: [(name: String, tensor: Tensor)] =
      update.kind == .embedding
      ? [
        (module + ".lora_embedding_A", part.down), (module + ".lora_embedding_B", part.up),
      ]
      : [(module + ".lora_A.weight", part.down), (module + ".lora_B.weight", part.up)]
    if let bias = update.upBias {
      let folded = FoldedFactor(bias, scale: part.report.folded)
      result.append((module + ".lora_B.bias", folded.tensor))
    }
    if let magnitude = update.magnitude {
      result.append(
        (module + ".lora_magnitude_vector", Self.peftMagnitude(magnitude, of: update)))
    }
    return result
  }

  /// `[out]` for a matrix, `[1, out, 1, …]` for a convolution.
  private static func peftMagnitude(_ magnitude: Tensor, of update: ModuleUpdate) -> Tensor {
    let count = magnitude.shape.elementCount
    let rank = update.pair.down.shape.rank
    let tail = [Int](repeating: 1, count: max(0, rank - 2))
    return magnitude.reshaped(to: rank > 2 ? Shape([1, count] + tail) : [count])
  }

  // MARK: Configuration

  private func configuration(_ parts: [ScaledUpdate]) -> JSONValue {
    var document = adapter.dialect == .peft ? adapter.configuration.document : foreignDocument
    // The factors are plain ones now.
    if document["enable_lora"] != nil { document["enable_lora"] = .null }
    let ranks = parts.map(\.report.rank.new)
    let alphas = parts.map(Self.alpha)
    let rank = Self.mostFrequent(ranks) ?? 8
    let alpha = Self.mostFrequent(alphas) ?? Double(rank)
    let settings: PEFTSettings = [
      .rank: .number(rank), .alpha: .alpha(alpha), .isRankStabilized: false,
      .rankPattern: pattern(parts, ranks, rank) { .number($0) },
      .alphaPattern: pattern(parts, alphas, alpha) { .alpha($0) },
    ]
    return settings.stated(in: document)
  }

  private static func alpha(_ part: ScaledUpdate) -> Double {
    let (rank, stated) = (part.report.rank.new, part.report.scaling / part.report.folded)
    return AlphaSearch.alpha(scaling: stated, rank: rank) ?? Double(rank)
  }

  /// The value that most have, the first of equally frequent ones.
  private static func mostFrequent<Value: Hashable>(_ values: [Value]) -> Value? {
    var counts: OrderedDictionary<Value, Int> = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.max { $0.value < $1.value }?.key
  }

  private func pattern<Value: Equatable>(
    _ parts: [ScaledUpdate], _ values: [Value], _ usual: Value, _ json: (Value) -> JSONValue
  ) -> JSONValue {
    var members: OrderedDictionary<String, JSONValue> = [:]
    for (part, value) in zip(parts, values) where value != usual {
      let name = part.update.kind.patternName(of: part.update.module)
      members["^" + Self.escapedPattern(name)] = json(value)
    }
    return JSONValue(members: members.map { ($0.key, $0.value) })
  }

  static func escapedPattern(_ module: String) -> String {
    var result = ""
    for character in module {
      if "\\.^$*+?()[]{}|".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// What PEFT would say of an adapter from another dialect, ranks and alphas aside.
  private var foreignDocument: JSONValue {
    let configuration = adapter.configuration
    let modules = adapter.updates.filter { !$0.kind.isParameter }.map(\.module)
    let settings: PEFTSettings = [
      .taskType: .null, .baseModel: .text(configuration.baseModel), .isForInference: true,
      .dropout: 0, .bias: "none", .targets: .texts(Set(modules).sorted()),
      .isFanInFanOut: .bool(configuration.isFanInFanOut),
      .usesMagnitudes: .bool(adapter.updates.contains { $0.magnitude != nil }),
      .targetParameters: configuration.targetParameters.isEmpty
        ? .null : .texts(configuration.targetParameters),
    ]
    return settings.document
  }
}
