import Kernels
import Synchronization
import Tensors

/// A frozen weight [out, in] that stays in codes: a few rows of it at a time are unpacked into a buffer
/// that all such weights share.
package struct PackedWeight<Scalar: DenseScalar>: Sendable {
  package let shape: Shape
  private let codes: [UInt8]
  private let coding: ScaledCoding
  private let buffer: UnpackingBuffer<Scalar>

  /// A weight of `shape` [out, in] whose codes, by `coding`, are `codes`.
  package init(
    _ codes: [UInt8], by coding: ScaledCoding, shape: Shape, through buffer: UnpackingBuffer<Scalar>
  ) {
    precondition(shape.rank == 2, "a weight is [out, in]")
    (self.codes, self.coding, self.shape, self.buffer) = (codes, coding, shape, buffer)
  }

  /// Calls `body` with all rows of the weight in turn, as many as fit the buffer at a time.
  func forEachPanel(
    _ workers: Workers, _ body: (_ rows: Range<Int>, _ values: [Scalar]) -> Void
  ) {
    let (outputs, inputs) = (shape[0], shape[1])
    let height = min(outputs, max(1, UnpackingBuffer<Scalar>.size / inputs))
    buffer.withValues(height * inputs) { values in
      for start in stride(from: 0, to: outputs, by: height) {
        let rows = start..<min(start + height, outputs)
        coding.unpack(
          rows.lowerBound * inputs..<rows.upperBound * inputs, of: codes, into: &values, workers)
        body(rows, values)
      }
    }
  }
}

/// Room for unpacked rows of one weight at a time.
package final class UnpackingBuffer<Scalar: DenseScalar>: Sendable {
  /// Numbers that are unpacked at a time, unless a single row has more: 2 MiB in f32, which a core's
  /// cache holds beside the operands of a product.
  static var size: Int { 1 << 19 }

  private let values = Mutex<[Scalar]>([])

  package init() {}

  /// Lends at least `count` numbers to `body`; one caller at a time.
  func withValues(_ count: Int, _ body: (inout [Scalar]) -> Void) {
    values.withLock { values in
      if values.count < count { values = Array(repeating: 0, count: count) }
      body(&values)
    }
  }
}
