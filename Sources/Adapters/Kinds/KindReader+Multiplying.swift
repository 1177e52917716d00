import Tensors

/// The kinds whose change depends on the weight.
extension KindReader {
  /// IA³: outputs, or inputs where `on_input` says so.
  func factors() throws(AdapterError) -> ModuleChange {
    let values = try need(.kind(.factors), called: KindPart.factors.rawValue)
    let flag = try need(.kind(.onInput), called: KindPart.onInput.rawValue)
    guard values.tensor.shape.dimensions.filter({ $0 != 1 }).count <= 1 else {
      throw refusal(
        values.name, "expected a number for each output or input, found \(values.tensor.shape)")
    }
    let isOnInput = flag.tensor.bytes.contains { $0 != 0 }
    return change(
      .factors(ChannelVector(values.tensor, along: isOnInput ? .inputs : .outputs)))
  }

  /// OFT in blocks; kohya's names begin with `oft_`.
  func rotation() throws(AdapterError) -> ModuleChange {
    let blocks = try need(.kind(.rotation), called: KindPart.rotation.rawValue)
    let shape = blocks.tensor.shape
    guard (3...4).contains(shape.rank), shape.elementCount > 0,
      shape[shape.rank - 1] == shape[shape.rank - 2],
      shape.rank == 3 || shape[3].isMultiple(of: 2)
    else {
      throw refusal(
        blocks.name,
        "expected blocks [n, b, b], or [m, n, b, b] of a butterfly with an even b, "
          + "found \(shape)")
    }
    let outputs = shape[shape.rank - 3] * shape[shape.rank - 1]
    let limit = try alpha() * Double(outputs)
    let constraint: RotationBlocks.Constraint =
      module.hasPrefix("oft_") ? .clamped(limit) : limit > 0 ? .atMost(limit) : .none
    if let rescale = part(.rescale), rescale.tensor.shape.elementCount != outputs {
      throw refusal(
        rescale.name,
        "expected \(outputs) factors, one for each output of \"\(escaped(blocks.name))\" \(shape), "
          + "found \(rescale.tensor.shape)")
    }
    return change(
      .rotation(
        RotationBlocks(
          values: blocks.tensor, constraint: constraint, rescale: part(.rescale)?.tensor)))
  }

  /// How far a rotation may go, for each output; 0 where nothing says so.
  private func alpha() throws(AdapterError) -> Double {
    guard let alpha = parts[.alpha] else { return 0 }
    guard alpha.tensor.shape.elementCount == 1, let value = alpha.tensor.doubles?.first else {
      throw refusal(alpha.name, "expected a single number, found \(alpha.tensor.shape)")
    }
    return value
  }

  /// GLoRA; before LyCORIS 2 the two factors of each product had each other's names.
  func products() throws(AdapterError) -> ModuleChange {
    var a = (try matrix(.product1A), try matrix(.product2A))
    var b = (try matrix(.product1B), try matrix(.product2B))
    if a.0.tensor.shape[0] < a.0.tensor.shape[1] { (a, b) = ((a.1, a.0), (b.1, b.0)) }
    try checkFit(a.0, axis: 1, a.1.tensor.shape[0], of: a.1)
    let second: Tensor
    if let core = part(.productCore) {
      try check(core, rank: 3...)
      try checkFit(b.0, axis: 1, core.tensor.shape[0], of: core)
      try checkFit(b.1, axis: 0, core.tensor.shape[1], of: core)
      second = FoldedProduct.folding(core: core.tensor, into: b.1.tensor)
    } else {
      try checkFit(b.0, axis: 1, b.1.tensor.shape[0], of: b.1)
      second = b.1.tensor
    }
    let rank = a.1.tensor.shape[0]
    return change(
      .products(
        GLoRAFactors(
          a: (a.0.tensor, a.1.tensor), b: (b.0.tensor, second), scaling: try scaling(rank: rank))))
  }
}
