import Tensors

/// Accounts for every tensor of the adapters: what it does, and to which tensor of the base.
package struct CoverageLedger: Sendable {
  package enum Effect: String, Sendable {
    /// A factor of a low-rank update, or its magnitudes.
    case update
    /// A bias of `lora_B`, added to the base's bias.
    case biasUpdate = "bias update"
    /// The tensor takes the base tensor's place.
    case replacement
    /// Its rows take the place of rows of the base tensor.
    case rows
  }

  package struct Entry: Sendable, Equatable {
    package let adapter: String
    package let tensor: String
    package let effect: Effect
    /// The base's tensor.
    package let base: String
  }

  /// A tensor of stacked experts stands here once for each expert that the base holds by itself.
  package private(set) var entries: [Entry] = []

  /// How many adapter tensors are accounted for.
  package var tensorCount: Int {
    Set(entries.map { [ExactString($0.adapter), ExactString($0.tensor)] }).count
  }

  mutating func note(_ tensor: String, of adapter: String, _ effect: Effect, on base: String) {
    entries.append(Entry(adapter: adapter, tensor: tensor, effect: effect, base: base))
  }
}
