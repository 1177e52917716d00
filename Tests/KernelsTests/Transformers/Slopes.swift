import Testing

/// Expects each component of `gradient` to be what central differences of `loss` at `x` come to.
func expectSlopes(
  _ gradient: [Double], of loss: ([Double]) -> Double, at x: [Double], step: Double = 1e-5,
  tolerance: Double = 1e-7, sourceLocation: SourceLocation = #_sourceLocation
) {
  for index in x.indices {
    var moved = x
    moved[index] = x[index] + step
    let above = loss(moved)
    moved[index] = x[index] - step
    let slope = (above - loss(moved)) / (2 * step)
    #expect(
      abs(gradient[index] - slope) <= tolerance * max(1, abs(slope)), "component \(index)",
      sourceLocation: sourceLocation)
  }
}
