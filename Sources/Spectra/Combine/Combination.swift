import Adapters
import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// A combined adapter, and what became of its modules.
package struct Combination: Sendable {
  package let modules: [Combine.Module]
  package let adapter: Adapter

  /// ‖result − Σ w·Δ‖ / ‖Σ w·Δ‖ over all modules together.
  package var error: Double {
    let energy = modules.reduce(0) { $0 + $1.norm * $1.norm }
    let lost = modules.reduce(0) { sum, module in
      let scale = module.norm > 0 ? module.norm : 1
      return sum + scale * scale * module.error * module.error
    }
    return (energy > 0 ? lost / energy : lost).squareRoot()
  }

  /// Writes the adapter as PEFT has it.
  ///
  /// - Throws: `ContainerError` for the place; nothing is left then.
  package func write(to path: String, options: OutputOptions, threads: Int) throws {
    let writer = PEFTWriter(try AdapterConversion(adapter, base: nil))
    try writer.rewritten().write(to: path, options: options, threads: threads)
  }

  init(
    _ combine: Combine, _ combined: CombinedModules, updates: [ModuleUpdate],
    reports: [Combine.Module]
  ) throws {
    let adapters = combine.adapters.map(\.adapter)
    let document = CombinedConfiguration(adapters, updates).document
    var metadata: OrderedDictionary<String, String> = [:]
    metadata[MetadataKey.baseFingerprint] =
      Set(adapters.map(\.baseFingerprint)).count == 1
      ? adapters[0].baseFingerprint?.description : nil
    modules = reports
    adapter = Adapter(
      file: adapters[0].file,
      configuration: try AdapterConfiguration(document, file: adapters[0].file), updates: updates,
      replacements: combined.replacements, metadata: metadata,
      fingerprint: Fingerprint(tensors: []))
  }
}

/// The `adapter_config.json` of a combined adapter; ranks and alphas are added when it is written.
private struct CombinedConfiguration {
  let adapters: [Adapter]
  let updates: [ModuleUpdate]

  init(_ adapters: [Adapter], _ updates: [ModuleUpdate]) {
    (self.adapters, self.updates) = (adapters, updates)
  }

  /// The first one's settings, with what the others add and what no longer holds set anew.
  var document: JSONValue {
    let all = adapters.filter { $0.dialect == .peft }.map(\.configuration)
    let saved = OrderedSet(all.flatMap(\.modulesToSave))
    let settings: PEFTSettings = [
      .modulesToSave: saved.isEmpty ? .null : .texts(saved),
      .isFanInFanOut: .bool(adapters[0].configuration.isFanInFanOut), .usesMagnitudes: false,
      .isRankStabilized: false, .hasUpBias: .bool(updates.contains { $0.upBias != nil }),
      .initialization: true, .isForInference: true, .bias: .string(bias(all).rawValue),
    ]
    let unknown: PEFTSettings = [.taskType: .null]
    var document = settings.stated(in: all.first?.document ?? unknown.document)
    setTargets(in: &document, all)
    return document
  }

  private func bias(_ all: [AdapterConfiguration]) -> AdapterConfiguration.BiasMode {
    let modes = all.map(\.bias)
    return modes.contains(.all) ? .all : modes.contains(.adaptedOnly) ? .adaptedOnly : .none
  }

  /// Which modules are meant stays as it was said when all say the same; else they are named.
  private func setTargets(in document: inout JSONValue, _ all: [AdapterConfiguration]) {
    let keys = [
      "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern",
      "target_parameters",
    ]
    let isCommon =
      all.count == adapters.count
      && keys.allSatisfy { key in Set(all.map { $0.document[key]?.compactText ?? "" }).count == 1 }
    guard !isCommon else { return }
    for key in keys where document[key] != nil { document[key] = .null }
    let modules = updates.filter { !$0.kind.isParameter }.map(\.module).sorted()
    document["target_modules"] = .array(modules.map(JSONValue.string))
    let parameters = OrderedSet(all.flatMap(\.targetParameters))
    if !parameters.isEmpty {
      document["target_parameters"] = .array(parameters.map(JSONValue.string))
    }
  }
}
