import Containers
import Tensors

/// What an adapter is, told from its configuration and its header alone.
///
/// Nothing is refused here: an adapter that cannot be merged can still be looked at. What `open`
/// would refuse by its name or for the want of its other half is in `strayNames`.
package struct AdapterOutline: Sendable {
  /// The low-rank update of one module.
  package struct Module: Sendable {
    /// The module's dotted name, without the adapter's prefix.
    package let name: String
    /// Of one expert, when experts are stacked.
    package let rank: Int
    package let scaling: Double
    /// Whether it has DoRA's magnitudes.
    package let hasMagnitude: Bool
    /// Elements of A and B, and of what goes with them.
    package let parameterCount: Int
    /// Elements of the weight that A and B update.
    package let weightCount: Int
  }

  package let dialect: AdapterDialect
  package let configuration: AdapterConfiguration
  /// In the order of the file.
  package let modules: [Module]
  /// Names in the base of the parameters that the adapter brings whole.
  package let replacedNames: [String]
  /// Parameters in the base that it changes by no pair of factors, each with the kind of change.
  package let changedNames: [String]
  /// Adapter tensors that are no part of a whole pair, or nothing that LoRA knows.
  package let strayNames: [String]

  /// The outline of an adapter with these tensors.
  package init(_ entries: [TensorEntry], _ configuration: AdapterConfiguration) {
    dialect = .peft
    self.configuration = configuration
    var parts: [ExactString: Parts] = [:]
    var order: [ExactString] = []
    var replaced: [String] = []
    var strays: [String] = []
    for entry in entries {
      let meaning = PEFTName(entry.name)
      let owner = ExactString(meaning.owner)
      switch meaning.role {
      case .parameter: replaced.append(meaning.owner)
      case .tokenRows: replaced.append(meaning.owner + ".weight")
      case .unknown: strays.append(entry.name)
      default:
        if parts[owner] == nil { order.append(owner) }
        parts[owner, default: Parts()].take(entry, as: meaning.role)
      }
    }
    var modules: [Module] = []
    for owner in order {
      guard let found = parts[owner] else { continue }
      if let module = found.module(owner.text, configuration) {
        modules.append(module)
      } else {
        strays += found.entries.map(\.name)
      }
    }
    self.modules = modules
    replacedNames = replaced
    changedNames = []
    strayNames = strays
  }

  /// The outline of an adapter that was read.
  package init(_ adapter: Adapter) {
    dialect = adapter.dialect
    configuration = adapter.configuration
    modules = adapter.updates.map { update in
      let (down, up) = (update.pair.down.shape, update.pair.up.shape)
      let rows = max(down[0], 1)
      return Module(
        name: update.module, rank: update.rank, scaling: update.pair.scaling,
        hasMagnitude: update.magnitude != nil,
        parameterCount: update.parameterCount,
        weightCount: rows / max(update.rank, 1) * (down.elementCount / rows)
          * (up.elementCount / rows))
    }
    replacedNames = adapter.replacements.map(\.parameter)
    changedNames = adapter.changes.map { "\($0.target): \($0.kindName)" }
    strayNames = []
  }

  /// The header's entries of one module.
  private struct Parts {
    var entries: [TensorEntry] = []
    private var down: Shape?
    private var up: Shape?
    private var hasMagnitude = false

    mutating func take(_ entry: TensorEntry, as role: PEFTName.Role) {
      entries.append(entry)
      switch role {
      case .down, .embeddingDown: down = entry.shape
      case .up, .embeddingUp: up = entry.shape
      case .magnitude: hasMagnitude = true
      default: break
      }
    }

    /// The module, unless a factor is missing or has no rows.
    func module(_ owner: String, _ configuration: AdapterConfiguration) -> Module? {
      guard let down, let up, down.rank >= 2, up.rank >= 2, down[0] > 0 else { return nil }
      var name = Substring(owner)
      var depth = 0
      while name.hasSuffix(".base_layer") {
        name = name.dropLast(".base_layer".count)
        depth += 1
      }
      let rows = down[0]
      let isParameter = depth > 0 || ((try? configuration.hasParameters(of: String(name))) ?? false)
      let parameters = isParameter ? configuration.parameterNames(of: String(name)) : []
      let parameter = parameters.dropLast(depth).last ?? parameters.first
      let key = parameter.map { name + "." + $0 } ?? name
      let allowed = (try? configuration.ranks(for: String(key))) ?? []
      let rank = allowed.contains(rows) ? rows : allowed.first { rows.isMultiple(of: $0) } ?? rows
      let alpha = (try? configuration.alpha(for: String(key))) ?? configuration.alpha
      return Module(
        name: String(name), rank: rank,
        scaling: scaling(
          alpha: alpha, rank: rank, isRankStabilized: configuration.isRankStabilized),
        hasMagnitude: hasMagnitude,
        parameterCount: entries.reduce(0) { $0 + $1.shape.elementCount },
        weightCount: rows / rank * (down.elementCount / rows) * (up.elementCount / rows))
    }
  }
}
