import Containers
import Kernels
import Synchronization
import Tensors

/// Says what was done to a weight that an adapter changes by more than a sum: a parameter that it
/// brings whole, rows of one, another kind than B·A.
struct WholeJudge {
  let name: String
  let base: StoredWeight
  let merged: StoredWeight
  let edit: TensorEdit
  let threads: Int

  private var formats: (base: FloatFormat, merged: FloatFormat) {
    (edit.type.floatFormat ?? .f32, merged.entry.type.floatFormat ?? .f32)
  }

  private struct Tally {
    var isExact = true
    var isClose = true
    var isUntouched = true
    var moves = false
  }

  /// The verdict.
  ///
  /// - Throws: What reading throws, `AdapterError.nonFinite`.
  func judged() throws -> AuditedModule {
    let transform = EditTransform(
      edit, of: name, format: (formats.base, formats.merged), meter: nil)
    defer { transform.finish() }
    let size = edit.type.bitCount / 8
    try transform.prepare { range, destination in
      let old = try base.bytes(range.lowerBound / size..<range.upperBound / size)
      old.withBytes { destination.copy($0) }
    }
    let (count, step) = (edit.shape.elementCount, AuditSubject.pieceSize)
    let tally = Mutex(Tally())
    try Parallel.forEach(count: (count + step - 1) / step, threads: threads) { index throws in
      try Interruption.check()
      let found = try examined(index * step..<min((index + 1) * step, count), transform)
      tally.withLock { tally in
        tally.isExact = tally.isExact && found.isExact
        tally.isClose = tally.isClose && found.isClose
        tally.isUntouched = tally.isUntouched && found.isUntouched
        tally.moves = tally.moves || found.moves
      }
    }
    return finding(tally.withLock { $0 })
  }

  private func examined(_ elements: Range<Int>, _ transform: EditTransform) throws -> Tally {
    // A parameter with more rows than the base's has no old elements there.
    let old = elements.clamped(to: 0..<base.elementCount)
    var before = try base.bytes(old)
    before += [UInt8](
      repeating: 0, count: (elements.count - old.count) * formats.base.byteCount)
    let after = try merged.bytes(elements)
    var wanted = [UInt8](repeating: 0, count: after.count)
    try wanted.withMutableBytes { wanted in
      try before.withBytes { try transform.apply(elements, from: $0, into: &wanted) }
    }
    var tally = Tally()
    let expected = FloatCoding.doubles(of: wanted, as: formats.merged)
    let found = FloatCoding.doubles(of: after, as: formats.merged)
    let kept = FloatCoding.doubles(of: before, as: formats.base).rounded(to: formats.merged)
    tally.isExact = wanted == after
    tally.isUntouched = elements == old && kept == found
    tally.moves = kept != expected
    tally.isClose =
      tally.isExact
      || expected.indices.allSatisfy {
        // Where weight and delta cancel, the error is that of the weight.
        abs(found[$0] - expected[$0])
          <= tolerance * (abs(expected[$0]) + abs(kept[$0])) + smallest
      }
    return tally
  }

  /// A length that was summed in another order is off by n · 2⁻²⁴, one that was rounded to half
  /// precision by half a unit of that, and so are the magnitudes and the product.
  private var tolerance: Double {
    let summed = Double(edit.columns + edit.rows) * 0x1p-24
    switch formats.merged {
    case .bf16: return summed + 3 * 0x1p-8
    case .f16: return summed + 3 * 0x1p-11
    case .f32, .f64: return !edit.hasTerms ? 0x1p-24 : summed + 8 * 0x1p-24
    }
  }

  private var smallest: Double { formats.merged == .f16 ? 0x1p-24 : 0x1p-126 }

  private func finding(_ tally: Tally) -> AuditedModule {
    let what =
      switch edit.stage {
      case .magnitudes: "DoRA's magnitudes"
      case .factors: "IA³'s factors"
      case .rotation: "rotated outputs"
      case .products: "GLoRA's products"
      case nil where edit.hasTerms: "another kind of delta than B·A"
      case nil: "brought whole by the adapter"
      }
    let verdict: AuditedModule.Verdict =
      tally.isExact
      ? tally.moves ? .exact : .idle
      : tally.isUntouched && tally.moves
        ? .notApplied : tally.isClose ? .withinRounding : .changedOtherwise
    return AuditedModule(
      name, verdict, elementCount: edit.shape.elementCount,
      detail: verdict == .withinRounding ? "\(what), rounded at other places" : what)
  }
}
