import CKernels

/// How far approximations lie from the numbers they stand for.
package struct ApproximationError: Sendable, Equatable {
  /// Σ (value - approximation)².
  package private(set) var errorSquares = 0.0
  /// Σ value².
  package private(set) var valueSquares = 0.0
  /// The largest |value - approximation|.
  package private(set) var largest = 0.0
  package private(set) var count = 0

  package init() {}

  /// Takes in the numbers `values` and as many approximations.
  package mutating func add(
    _ values: RawSpan, in format: FloatFormat, approximations: [Float],
    using instructions: InstructionSet = .best
  ) {
    let count = values.byteCount / format.byteCount
    precondition(format != .f64 && count <= approximations.count, "approximations are missing")
    var sums = lora_error_sums()
    unsafe values.withUnsafeBytes {
      unsafe lora_measure_error(
        instructions.code, format.code, count, $0.baseAddress, approximations, &sums)
    }
    errorSquares += sums.error
    valueSquares += sums.size
    largest = max(largest, Double(sums.largest))
    self.count += count
  }

  /// Takes in what another part of the numbers misses.
  package mutating func add(_ other: Self) {
    errorSquares += other.errorSquares
    valueSquares += other.valueSquares
    largest = max(largest, other.largest)
    count += other.count
  }

  /// √(Σ (value - approximation)² / count).
  package var rootMeanSquare: Double {
    count > 0 ? (errorSquares / Double(count)).squareRoot() : 0
  }

  /// Σ value² / Σ (value - approximation)²; nil when nothing is missed.
  package var signalToNoise: Double? {
    errorSquares > 0 ? valueSquares / errorSquares : nil
  }
}
