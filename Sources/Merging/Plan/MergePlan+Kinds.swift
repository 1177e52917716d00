import Adapters
import Containers
import Tensors

/// Changes of other kinds than a pair of factors.
extension MergePlan {
  /// Plans the change of one parameter.
  mutating func take(_ change: ModuleChange, of adapter: WeightedAdapter) throws(AdapterError) {
    let file = adapter.adapter.file
    if case .value(let tensor) = change.form {
      let replacement = Replacement(
        parameter: change.target, tensor: tensor, rows: nil, tensorName: change.name)
      try take(replacement, of: adapter)
      for tensor in change.tensorNames.dropFirst() {
        ledger.note(tensor, of: file, .replacement, on: change.target)
      }
      return
    }
    let entry = try base.find(change.target, for: change.name, of: file)
    let fitting = ChangeFitting(change: change, entry: entry, adapter: adapter)
    var edit = edit(of: entry, slabs: 1, by: adapter.adapter)
    guard edit.slabs == 1 else {
      throw fitting.refusal("is for a stack of experts, which has no such change")
    }
    if let stage = try fitting.stage() {
      try checkStage(change.kindName, edit, change.name, adapter)
      edit.stage = stage
    } else {
      try checkShared(edit, change.name, adapter)
    }
    if let delta = try fitting.delta() { edit.deltas.append(delta) }
    edits[ExactString(entry.name)] = edit
    for tensor in change.tensorNames { ledger.note(tensor, of: file, .update, on: entry.name) }
  }
}

/// Lays a change on the base's tensor.
private struct ChangeFitting {
  let change: ModuleChange
  let entry: TensorEntry
  let adapter: WeightedAdapter

  /// What multiplies the delta; under magnitudes the user's weight comes after them.
  private var weight: Double { change.magnitude == nil ? adapter.weight : 1 }
  private var file: String { adapter.adapter.file }
  private var rows: Int { entry.shape.dimensions.first ?? 1 }
  private var columns: Int { entry.shape.dimensions.dropFirst().reduce(1, *) }

  func refusal(_ problem: String) -> AdapterError {
    .tensor(file: file, name: change.name, problem: problem)
  }

  private func mismatch(_ found: String) -> AdapterError {
    refusal(
      "\(change.kindName) makes \(found), and the base's \"\(escaped(entry.name))\" is "
        + "\(entry.shape); is this the adapter's base?")
  }

  /// What is added.
  ///
  /// - Throws: `AdapterError.tensor` when the sizes are not the weight's.
  func delta() throws(AdapterError) -> WeightDelta? {
    guard entry.type.floatFormat != nil else {
      throw refusal(
        "the base's \"\(escaped(entry.name))\" is \(entry.type.rawValue); a change needs F64, F32, "
          + "F16 or BF16: dequantize the base first")
    }
    switch change.form {
    case .hadamard(let first, let second):
      try check(first)
      try check(second)
      return WeightDelta(form: .hadamard(first, second), scale: first.scaling * weight)
    case .kronecker(let left, let right, let scaling):
      let found = (left.shape[0] * right.shape[0], left.shape[1] * right.shape[1])
      guard found == (rows, columns) else { throw mismatch("[\(found.0), \(found.1)]") }
      return WeightDelta(form: .kronecker(left, right), scale: scaling * weight)
    case .difference(let tensor), .value(let tensor):
      guard tensor.shape == entry.shape || tensor.shape.isSame(as: entry.shape) else {
        throw mismatch("\(tensor.shape)")
      }
      return WeightDelta(form: .whole(tensor), scale: weight)
    case .factors, .rotation, .products: return nil
    }
  }

  private func check(_ pair: LowRankPair) throws(AdapterError) {
    let found = (pair.up.shape[0], pair.down.shape.dimensions.dropFirst().reduce(1, *))
    guard found == (rows, columns) else { throw mismatch("[\(found.0), \(found.1)]") }
  }

  /// What is done to the weight beyond that; nil for a sum.
  ///
  /// - Throws: As `delta`.
  func stage() throws(AdapterError) -> WeightStage? {
    switch change.form {
    case .factors(let vector):
      let axis = axis(of: vector.axis)
      let count = axis.count(rows: rows, columns: columns)
      guard vector.values.shape.elementCount == count else {
        throw mismatch("\(vector.values.shape) factors")
      }
      let factors = (vector.values.doubles ?? []).map { 1 + adapter.weight * $0 }
      return .factors(ChannelFactors(factors: factors, axis: axis))
    case .rotation(let blocks):
      guard blocks.outputs == rows, !blocks.isButterfly || fits(blocks) else {
        throw mismatch("rotations of \(blocks.outputs) outputs, \(blocks.values.shape)")
      }
      return .rotation(Rotation(blocks: blocks, weight: adapter.weight))
    case .products(let factors):
      let found = (
        factors.b1.shape[0], factors.b2.shape.dimensions.dropFirst().reduce(1, *),
        factors.a1.shape[0], factors.a2.shape[1]
      )
      let inputs = entry.shape.rank > 1 ? entry.shape[1] : 1
      guard found == (rows, columns, inputs, inputs) else {
        throw mismatch("[\(found.0), \(found.1)] of \(found.2) inputs")
      }
      return .products(WeightProducts(factors: factors, weight: adapter.weight))
    case .hadamard, .kronecker, .difference, .value: return try magnitudes()
    }
  }

  /// A butterfly of m stages mixes 2^(m−1)·b outputs.
  private func fits(_ blocks: RotationBlocks) -> Bool {
    blocks.stages < 32 && rows.isMultiple(of: (1 << (blocks.stages - 1)) * blocks.size)
  }

  private func axis(of axis: ChannelVector.Axis) -> MagnitudeStage.Axis {
    axis == .outputs ? .rows : .columns(width: entry.shape.dimensions.dropFirst(2).reduce(1, *))
  }

  private func magnitudes() throws(AdapterError) -> WeightStage? {
    guard let magnitude = change.magnitude else { return nil }
    let name = change.tensorNames.first { $0.hasSuffix(".dora_scale") } ?? change.name
    var stage = try MagnitudeStage(
      magnitude, on: entry, isTurned: false, name: name, file: file)
    stage.weight = adapter.weight
    return .magnitudes(stage)
  }
}

extension Shape {
  /// Whether the other differs in 1s at its end alone, as a linear layer stored as a 1×1 convolution.
  fileprivate func isSame(as other: Shape) -> Bool {
    let length = Swift.max(rank, other.rank)
    func padded(_ shape: Shape) -> [Int] {
      shape.dimensions + Array(repeating: 1, count: length - shape.rank)
    }
    return padded(self) == padded(other)
  }
}
