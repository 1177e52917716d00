import CKernels

/// The low-rank update s·B·A of one weight, packed for the kernel.
///
///     W'[o, i] = round(W[o, i] + Σ_r up[o, r] · down[r, i])
///
/// The sum starts from 0 and takes r in ascending order, each step one fused multiply-add; the add
/// and the conversion to the weight's format are rounded once each. All of it is in f32, or in f64
/// for weights in f64. An element's bits depend neither on the instruction set nor on the range it
/// is computed in, so that a weight may be split over threads in any way.
///
/// Whole rows are fastest: in a range that begins or ends inside a row, that row is computed by
/// itself, at about half the speed.
package final class PackedUpdate: Sendable {
  /// Rows of the weight and of `up`.
  package let rows: Int
  /// Columns of the weight and of `down`.
  package let columns: Int
  package let rank: Int

  let precision: Precision
  private let up: AlignedBuffer
  private let down: AlignedBuffer

  /// What the sums are computed in.
  enum Precision {
    case f32
    case f64

    var code: lora_format { self == .f64 ? LORA_F64 : LORA_F32 }
  }

  /// Packs the update of a weight in f32, f16 or bf16.
  ///
  /// - Parameters:
  ///   - rows: At least 1, as `columns` and `rank`.
  ///   - columns: Elements of a row of the weight.
  ///   - rank: Columns of `up` and rows of `down`.
  ///   - up: s·B, [rows, rank] row-major: the scaling is folded in.
  ///   - down: A, [rank, columns] row-major.
  /// - Throws: When there is no memory for the packed copy.
  package convenience init(
    rows: Int, columns: Int, rank: Int, up: [Float], down: [Float]
  ) throws(OutOfMemory) {
    try unsafe self.init(
      rows: rows, columns: columns, rank: rank, precision: .f32, up: up.span.bytes,
      down: down.span.bytes)
  }

  /// Packs the update of a weight in f64.
  ///
  /// - Parameters:
  ///   - rows: At least 1, as `columns` and `rank`.
  ///   - columns: Elements of a row of the weight.
  ///   - rank: Columns of `up` and rows of `down`.
  ///   - up: s·B, [rows, rank] row-major: the scaling is folded in.
  ///   - down: A, [rank, columns] row-major.
  /// - Throws: When there is no memory for the packed copy.
  package convenience init(
    rows: Int, columns: Int, rank: Int, up: [Double], down: [Double]
  ) throws(OutOfMemory) {
    try unsafe self.init(
      rows: rows, columns: columns, rank: rank, precision: .f64, up: up.span.bytes,
      down: down.span.bytes)
  }

  private init(
    rows: Int, columns: Int, rank: Int, precision: Precision, up: RawSpan, down: RawSpan
  ) throws(OutOfMemory) {
    let size = precision == .f64 ? 8 : 4
    precondition(rows > 0 && columns > 0 && rank > 0, "an update has at least one element")
    precondition(up.byteCount == rows * rank * size, "up must be [rows, rank]")
    precondition(down.byteCount == rank * columns * size, "down must be [rank, columns]")
    self.rows = rows
    self.columns = columns
    self.rank = rank
    self.precision = precision
    self.up = try AlignedBuffer(byteCount: up.byteCount)
    self.down = try AlignedBuffer(byteCount: lora_packed_down_count(rank, columns) * size)
    unsafe up.withUnsafeBytes {
      unsafe UnsafeMutableRawBufferPointer(start: self.up.base, count: $0.count).copyMemory(
        from: $0)
    }
    unsafe down.withUnsafeBytes {
      unsafe lora_pack_down(precision.code, rank, columns, $0.baseAddress, self.down.base)
    }
  }

  /// The update as the kernels take it; valid as long as this object.
  var lowRank: lora_low_rank {
    unsafe lora_low_rank(
      precision: precision.code, rows: rows, columns: columns, rank: rank, up: up.base,
      down: down.base)
  }
}
