import Tensors

/// Adapters that were trained on a base changed beforehand, and what they started from.
///
/// PiSSA, OLoRA, CorDA and LoRA-GA take the starting factors out of the weights: the model is
/// `(W − s·B₀·A₀) + s·B·A`. On the original base such an adapter is right only together with its
/// starting factors taken out again.
///
/// Source: <https://huggingface.co/docs/peft/developer_guides/lora#initialization>
package struct InitialAdapters {
  private let adapters: [WeightedAdapter]
  private let initial: [Adapter]
  private let isIgnored: Bool

  package init(_ adapters: [WeightedAdapter], initial: [Adapter], isIgnored: Bool) {
    self.adapters = adapters
    self.initial = initial
    self.isIgnored = isIgnored
  }

  private static let changingMethods = ["pissa", "olora", "corda", "lora_ga"]

  /// The adapters, and behind each that needs one its starting adapter with the opposite weight.
  ///
  /// - Throws: `AdapterError.unsupported` when a starting adapter is needed and not given.
  package func completed() throws(AdapterError) -> [WeightedAdapter] {
    var result: [WeightedAdapter] = []
    var left = initial[...]
    for weighted in adapters {
      result.append(weighted)
      guard let method = Self.changingMethod(of: weighted.adapter) else { continue }
      if let initial = left.popFirst() {
        result.append(WeightedAdapter(initial, weight: -weighted.weight))
      } else if !isIgnored {
        throw .unsupported(
          file: weighted.adapter.file,
          what: "was initialised by \(escaped(method)), which changes the base before training",
          remedy: "give the adapter it started from with --initial-adapter, convert it with PEFT "
            + "(path_initial_model_for_weight_conversion), or merge into the changed base with "
            + "--any-base")
      }
    }
    guard let extra = left.first else { return result }
    throw .mismatch(
      file: extra.file, problem: "is an initial adapter that none of the adapters needs")
  }

  /// The initialisation that changed the base of an adapter that does not name it.
  package static func changingMethod(of adapter: Adapter) -> String? {
    adapter.baseFingerprint == nil ? changingMethod(adapter.configuration) : nil
  }

  /// The initialisation that changes the base, when the configuration names one.
  package static func changingMethod(_ configuration: AdapterConfiguration) -> String? {
    guard let method = configuration.initialization else { return nil }
    let name = method.lowercased()
    return changingMethods.contains { name.hasPrefix($0) } ? method : nil
  }
}
