/// An adapter and how much of it is wanted.
package struct WeightedAdapter: Sendable {
  package let adapter: Adapter
  /// Multiplies the adapter's own scaling: 1 as trained, −1 takes out.
  package let weight: Double

  package init(_ adapter: Adapter, weight: Double = 1) {
    self.adapter = adapter
    self.weight = weight
  }

  /// What takes this out again.
  package var negated: Self { Self(adapter, weight: -weight) }
}
