import Adapters
import Tensors
import Training

extension AdaptableNetwork {
  /// Puts an adapter beside the network: a branch for each low-rank pair, and the parameters that it
  /// brings whole, which training goes on to train.
  ///
  /// - Parameters:
  ///   - adapter: Trained on this network.
  ///   - weight: How much of it is wanted; other than 1 only for what adds up.
  ///   - addsMagnitudes: Gives pairs without DoRA's magnitudes the weight's own.
  ///   - scaling: The factor in front of a pair's B·A.
  /// - Throws: `ModelError` for what does not fit, and for the kinds that only a merge knows.
  mutating func apply(
    _ adapter: Adapter, weight: Double = 1, addsMagnitudes: Bool = false,
    scaling: (ModuleUpdate) -> Double = { $0.pair.scaling }
  ) throws(ModelError) {
    let names = NameMap(state.map(\.name))
    for update in adapter.updates {
      try refuseOtherKinds(update, adapter.file)
      try refuseWeight(weight, of: update.magnitude == nil ? nil : update.name, adapter.file)
      guard let name = names.base(for: update.module + ".weight"),
        let linear = linear(named: String(name.dropLast(".weight".count)))
      else {
        throw .adapterTensor(
          file: adapter.file, tensor: update.name,
          problem: "the network has no \(escaped(update.module)).weight; is this its base?")
      }
      let branch = try branch(update, on: linear, weight * scaling(update), adapter.file)
      var magnitude = try magnitude(update, on: linear, adapter.file)
      if magnitude == nil, addsMagnitudes { magnitude = Magnitude(on: linear) }
      attach(branch.with(magnitude), to: linear.module)
    }
    for replacement in adapter.replacements {
      try refuseWeight(weight, of: replacement.tensorName, adapter.file)
      try replace(replacement, names, adapter.file)
    }
  }

  private func refuseOtherKinds(
    _ update: ModuleUpdate, _ file: String
  ) throws(ModelError) {
    guard update.kind != .weight else { return }
    throw .adapterTensor(
      file: file, tensor: update.tensorNames.last ?? update.name,
      problem: "only updates of linear layers go beside a network; merge the adapter first")
  }

  /// Magnitudes and whole parameters have no weighted form.
  private func refuseWeight(
    _ weight: Double, of tensor: String?, _ file: String
  ) throws(ModelError) {
    guard let tensor, weight != 1 else { return }
    throw .adapterTensor(
      file: file, tensor: tensor,
      problem: "has no weighted form; give the adapter the weight 1")
  }

  private func branch(
    _ update: ModuleUpdate, on linear: Linear<Scalar>, _ scaling: Double, _ file: String
  ) throws(ModelError) -> LowRankBranch<Scalar> {
    let shapes: [Shape] = [[update.rank, linear.inputs], [linear.outputs, update.rank]]
    let pair = [update.pair.down, update.pair.up]
    for index in 0..<2 where pair[index].shape != shapes[index] {
      throw .adapterShape(
        file: file, tensor: update.tensorNames[index], found: pair[index].shape,
        expected: shapes[index])
    }
    var upBias: [Scalar]?
    if let bias = update.upBias { upBias = try vector(bias, update, on: linear, file) }
    return LowRankBranch(
      module: linear.module, down: values(of: update.pair.down), up: values(of: update.pair.up),
      rank: update.rank, scaling: scaling,
      upBias: upBias)
  }

  private func magnitude(
    _ update: ModuleUpdate, on linear: Linear<Scalar>, _ file: String
  ) throws(ModelError) -> Magnitude<Scalar>? {
    guard let magnitude = update.magnitude else { return nil }
    return Magnitude(on: linear, vector: try vector(magnitude, update, on: linear, file))
  }

  /// The values of a tensor with one element for each output.
  private func vector(
    _ tensor: Tensor, _ update: ModuleUpdate, on linear: Linear<Scalar>, _ file: String
  ) throws(ModelError) -> [Scalar] {
    guard tensor.shape.elementCount == linear.outputs else {
      throw .adapterShape(
        file: file, tensor: update.tensorNames.last ?? update.name, found: tensor.shape,
        expected: [linear.outputs])
    }
    return values(of: tensor)
  }

  private mutating func replace(
    _ replacement: Replacement, _ names: NameMap, _ file: String
  ) throws(ModelError) {
    guard let name = names.base(for: replacement.parameter), replacement.rows == nil,
      let parameter = state.first(where: { $0.name == name })
    else {
      throw .adapterTensor(
        file: file, tensor: replacement.tensorName,
        problem: "the network has no \(escaped(replacement.parameter)); is this its base?")
    }
    guard replacement.tensor.shape == parameter.shape else {
      throw .adapterShape(
        file: file, tensor: replacement.tensorName, found: replacement.tensor.shape,
        expected: parameter.shape)
    }
    replace(name, with: values(of: replacement.tensor))
  }

  /// The values of a tensor that was read as numbers.
  private func values(of tensor: Tensor) -> [Scalar] {
    (tensor.doubles ?? []).map { Scalar($0) }
  }
}
