import Kernels
import Synchronization
import Tensors

/// Measures what rounding leaves of a delta while a merge goes on.
///
/// A tensor of up to 65,536 elements is measured whole, a larger one at 4096 elements of every
/// chunk, at places that are the same in every run: every 128th weight in half precision.
package final class SurvivalMeter: Sendable {
  private let sums = Mutex<[ExactString: SurvivalSums]>([:])

  package init() {}

  /// The range to measure out of `elements`, of a tensor with `count` of them.
  static func sample(of elements: Range<Int>, in count: Int) -> Range<Int> {
    let size = 4096
    guard count > 65_536, elements.count > size else { return elements }
    let room = elements.count - size
    // Spread by a multiplicative hash, so that samples do not all lie in the same columns.
    let hash = UInt64(elements.lowerBound / max(elements.count, 1)) &* 0x9E37_79B9_7F4A_7C15
    let start = elements.lowerBound + Int(hash >> 40) % (room + 1)
    return start..<(start + size)
  }

  /// Notes measured elements.
  ///
  /// - Parameters:
  ///   - tensor: The tensor's name.
  ///   - before: W.
  ///   - delta: What was to be added.
  ///   - after: What was stored.
  func record(_ tensor: String, before: [Float], delta: [Float], after: [Float]) {
    var measured = SurvivalSums()
    for index in before.indices {
      measured.add(
        before: Double(before[index]), delta: Double(delta[index]), after: Double(after[index]))
    }
    sums.withLock { $0[ExactString(tensor), default: SurvivalSums()].add(measured) }
  }

  /// What was measured, tensor by tensor in the order of `names`, and all together.
  package func survivals(inOrder names: [String]) -> (tensors: [Survival], total: Survival?) {
    let sums = sums.withLock { $0 }
    var total = SurvivalSums()
    let tensors = names.compactMap { name -> Survival? in
      guard let measured = sums[ExactString(name)] else { return nil }
      total.add(measured)
      return Survival(name, measured)
    }
    return (tensors, total.count == 0 ? nil : Survival("", total))
  }
}

/// Sums over measured elements.
struct SurvivalSums: Sendable {
  var count = 0
  var moved = 0
  var weight = 0.0
  var delta = 0.0
  var error = 0.0

  mutating func add(before: Double, delta: Double, after: Double) {
    count += 1
    if after != before { moved += 1 }
    weight += before * before
    self.delta += delta * delta
    let missing = (after - before) - delta
    error += missing * missing
  }

  mutating func add(_ other: Self) {
    count += other.count
    moved += other.moved
    weight += other.weight
    delta += other.delta
    error += other.error
  }
}

/// What rounding left of the delta of one tensor, or of all.
package struct Survival: Sendable {
  package let tensor: String
  /// Elements that were measured.
  package let measuredCount: Int
  /// The size of the delta against the weights: ‖Δ‖ / ‖W‖.
  package let relativeSize: Double
  /// The share of weights that moved at all.
  package let movedShare: Double
  /// ‖applied Δ − Δ‖ / ‖Δ‖: 0 when all of it arrived, 1 when none did.
  package let error: Double

  init(_ tensor: String, _ sums: SurvivalSums) {
    self.tensor = tensor
    measuredCount = sums.count
    relativeSize = sums.weight > 0 ? (sums.delta / sums.weight).squareRoot() : .infinity
    movedShare = sums.count > 0 ? Double(sums.moved) / Double(sums.count) : 0
    error = sums.delta > 0 ? (sums.error / sums.delta).squareRoot() : 0
  }
}
