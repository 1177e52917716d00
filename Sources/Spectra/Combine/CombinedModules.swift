import Adapters
import Kernels
import OrderedCollections
import Tensors

/// The modules of several adapters, those of one name together.
struct CombinedModules {
  /// One module, as the adapters have it.
  struct Parts {
    /// In the order of the adapters; not all need have the module.
    fileprivate(set) var updates:
      [(adapter: Int, weight: Double, file: String, update: ModuleUpdate)]

    var first: ModuleUpdate { updates[0].update }

    /// The positions of its matrices: one, or one for each expert.
    var matrices: Range<Int> { 0..<first.matrixCount }

    /// Σ w·Δ of one matrix, through its factors.
    func weightedSum(_ matrix: Int) throws(AdapterError) -> ThinProduct {
      var products: [ThinProduct] = []
      for part in updates {
        products.append(try part.update.delta(matrix, of: part.file).scaled(by: part.weight))
      }
      return ThinProduct(sum: products)
    }

    /// Σ w·s·β of the biases of B, which has scaling 1.
    func upBias() throws(AdapterError) -> Tensor {
      var sum = [Double](repeating: 0, count: first.pair.up.shape[0])
      for part in updates {
        guard let bias = part.update.upBias, let values = bias.doubles else { continue }
        guard values.count == sum.count else {
          throw .tensor(
            file: part.file, name: part.update.name(endingIn: ".bias"),
            problem: "expected \(sum.count) values, as lora_B has rows, found \(bias.shape)")
        }
        let scale = part.weight * part.update.pair.scaling
        for index in sum.indices { sum[index] += scale * values[index] }
      }
      return Tensor(sum.map { Float($0) }, shape: [sum.count])
    }

    /// What `body` gives, its failure blamed on the module.
    func checked<Value>(
      _ body: () throws(NoDecomposition) -> Value
    ) throws(AdapterError) -> Value {
      do throws(NoDecomposition) {
        return try body()
      } catch {
        throw .tensor(
          file: updates[0].file, name: first.name,
          problem: "its delta, or the combined one, has no singular values in f64")
      }
    }
  }

  /// In the order of the first adapter, then what the others have beside.
  private(set) var modules: [Parts] = []
  /// Parameters that one of the adapters brings whole.
  private(set) var replacements: [Replacement] = []
  private var errors: [any ReportableError] = []

  init(_ combine: Combine) throws {
    var found: OrderedDictionary<ExactString, Parts> = [:]
    for (index, weighted) in combine.adapters.enumerated() {
      let adapter = weighted.adapter
      do throws(AdapterError) {
        try adapter.requireDeltas(for: "combine")
      } catch {
        errors.append(error)
      }
      for update in adapter.updates {
        let part = (index, weighted.weight, adapter.file, update)
        if let problem = Self.problem(update, beside: found[ExactString(update.module)]) {
          errors.append(
            AdapterError.tensor(file: adapter.file, name: update.name, problem: problem))
        } else {
          found[ExactString(update.module), default: Parts(updates: [])].updates.append(part)
        }
      }
      take(adapter.replacements, of: weighted)
    }
    checkCommon(combine)
    guard errors.isEmpty else { throw ErrorList(errors) }
    modules = Array(found.values)
  }

  /// What keeps `update` from being combined, or nil.
  private static func problem(_ update: ModuleUpdate, beside parts: Parts?) -> String? {
    guard update.magnitude == nil else {
      return "is a DoRA module: with its magnitudes the change is no delta that could be added; "
        + "merge such adapters one after the other"
    }
    guard let first = parts?.first else { return nil }
    let (up, down) = (first.pair.up.shape, first.pair.down.shape)
    let hasSameForm =
      first.kind == update.kind && up[0] == update.pair.up.shape[0]
      && down.dimensions.dropFirst() == update.pair.down.shape.dimensions.dropFirst()
      && first.matrixCount == update.matrixCount
    return hasSameForm
      ? nil
      : "\(update.pair.down.shape) and \(update.pair.up.shape) are for another layer than "
        + "\(down) and \(up) of \(escaped(parts?.updates[0].file ?? "")); are they of one base?"
  }

  private mutating func take(_ brought: [Replacement], of weighted: WeightedAdapter) {
    for replacement in brought {
      func refuse(_ problem: String) {
        errors.append(
          AdapterError.tensor(
            file: weighted.adapter.file, name: replacement.tensorName, problem: problem))
      }
      if weighted.weight != 1 {
        refuse("replaces a parameter whole, which has no weighted form; give weight 1")
      } else if let other = replacements.first(where: { $0.parameter == replacement.parameter }) {
        guard other.tensor != replacement.tensor || other.rows != replacement.rows else { continue }
        refuse("replaces a parameter that another of the adapters replaces too")
      } else {
        replacements.append(replacement)
      }
    }
  }

  private mutating func checkCommon(_ combine: Combine) {
    let adapters = combine.adapters.map(\.adapter)
    let first = adapters[0]
    for other in adapters.dropFirst() {
      if other.configuration.isFanInFanOut != first.configuration.isFanInFanOut {
        errors.append(
          AdapterError.mismatch(
            file: other.file,
            problem: "its fan_in_fan_out is not that of \(escaped(first.file)); are they of one "
              + "base?"))
      }
      guard !combine.ignoresBaseFingerprint, let own = other.baseFingerprint,
        let named = adapters.first(where: { $0.baseFingerprint != nil }),
        let wanted = named.baseFingerprint, wanted != own
      else { continue }
      errors.append(
        AdapterError.mismatch(
          file: other.file,
          problem: "was trained on the base \(own), and \(escaped(named.file)) on \(wanted); "
            + "combine them anyway with --any-base"))
    }
  }
}
