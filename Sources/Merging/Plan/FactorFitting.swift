import Adapters
import Containers
import Tensors

/// Turns a module's factors so that they lie on its weight as a matrix.
///
/// | module            | A                    | B                    | W                 | ΔW as a matrix            |
/// |-------------------|----------------------|----------------------|-------------------|---------------------------|
/// | linear            | `[r, in]`            | `[out, r]`           | `[out, in]`       | `B·A`                     |
/// | Conv1D (GPT-2)    | `[r, in]`            | `[out, r]`           | `[in, out]`       | `(B·A)ᵀ = Aᵀ·Bᵀ`          |
/// | embedding         | `[r, rows]`          | `[columns, r]`       | `[rows, columns]` | `(B·A)ᵀ`                  |
/// | convolution       | `[r, in, k…]`        | `[out, r, 1…]`       | `[out, in, k…]`   | `B·A` on `[out, in·k…]`   |
/// | stacked experts   | `[e·r, in]`          | `[out, r·e]`         | `[e, out, in]`    | `B_e·A_e` for each expert |
///
/// The scaling always goes to B, so that the bits of a delta do not depend on how the weight lies.
struct FactorFitting {
  let update: ModuleUpdate
  /// The pair's scaling times the user's weight.
  let scale: Double
  /// The same of the bias.
  let biasScale: Double
  let weight: TensorEntry
  let file: String
  let isFanInFanOut: Bool
  /// Whether stacked experts lie `[expert, in, out]`.
  var isTurnedStack = false

  private struct Matrix: Equatable {
    let rows: Int
    let columns: Int

    init(_ shape: Shape) {
      rows = shape[0]
      columns = shape.dimensions.dropFirst().reduce(1, *)
    }
  }

  private var down: Matrix { Matrix(update.pair.down.shape) }
  private var up: Matrix { Matrix(update.pair.up.shape) }

  /// Whether the weight lies `[in, out]`.
  ///
  /// Where both readings fit, a square weight, the configuration's `fan_in_fan_out` decides.
  private var isTurned: Bool {
    guard update.kind != .embedding else { return true }
    return isFanInFanOut && weight.shape.rank == 2 && up.rows == weight.shape[1]
      && down.columns == weight.shape[0]
  }

  /// One term for each slab of the weight.
  ///
  /// - Throws: `AdapterError.tensor` when the shapes do not fit.
  func terms() throws(AdapterError) -> [UpdateTerm] {
    if case .parameter = update.kind { return try expertTerms() }
    guard up.columns == update.rank else {
      throw refusal(
        ofUp: "expected \(update.rank) columns, the rank of its lora_A, "
          + "found \(update.pair.up.shape)")
    }
    let target = Matrix(weight.shape)
    guard isTurned else {
      try checkPlain(target)
      return [
        UpdateTerm(
          up: factor(update.pair.up, .plain, scale: scale), down: factor(update.pair.down, .plain))
      ]
    }
    guard weight.shape.rank == 2, down.columns == target.rows, up.rows == target.columns else {
      throw mismatch(wrongUp: up.rows != target.columns, turned: true)
    }
    return [
      UpdateTerm(
        up: factor(update.pair.down, .transposed),
        down: factor(update.pair.up, .transposed, scale: scale))
    ]
  }

  private func checkPlain(_ target: Matrix) throws(AdapterError) {
    guard up.rows == target.rows else { throw mismatch(wrongUp: true, turned: false) }
    if weight.shape.rank > 2, update.pair.down.shape.rank == weight.shape.rank,
      update.pair.down.shape[1] != weight.shape[1]
    {
      throw refusal(
        ofDown: "has \(update.pair.down.shape[1]) input channels, the base's "
          + "\"\(escaped(weight.name))\" \(weight.shape) takes \(weight.shape[1]) in each group; "
          + "a convolution in groups has no merged form")
    }
    guard down.columns == target.columns else { throw mismatch(wrongUp: false, turned: false) }
    let kernel = update.pair.down.shape.dimensions.dropFirst()
    guard
      weight.shape.rank <= 2 || kernel.count == 1 || kernel == weight.shape.dimensions.dropFirst()
    else { throw mismatch(wrongUp: false, turned: false) }
  }

  private func factor(
    _ tensor: Tensor, _ layout: Factor.Layout, scale: Double = 1
  ) -> Factor {
    let matrix = Matrix(tensor.shape)
    let (rows, columns) =
      layout == .plain ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
    return Factor(tensor: tensor, layout: layout, rows: rows, columns: columns, scale: scale)
  }

  // MARK: Stacked experts

  private func expertTerms() throws(AdapterError) -> [UpdateTerm] {
    let experts = weight.shape.rank == 3 ? weight.shape[0] : 1
    guard let orientation = StackOrientation(of: update, on: weight.shape) else {
      throw refusal(
        ofDown: "\(update.pair.down.shape) with lora_B \(update.pair.up.shape) does not fit the "
          + "base's \"\(escaped(weight.name))\" \(weight.shape) at rank \(update.rank)")
    }
    let isTurned = orientation == .either ? isTurnedStack : orientation == .turned
    let (outputs, inputs) = (up.rows, down.columns)
    return (0..<experts).map { expert in
      if isTurned {
        return UpdateTerm(
          up: Factor(
            tensor: update.pair.down,
            layout: .expertRowsTransposed(index: expert), rows: inputs, columns: update.rank,
            scale: 1),
          down: Factor(
            tensor: update.pair.up,
            layout: .expertColumnsTransposed(index: expert, experts: experts),
            rows: update.rank, columns: outputs, scale: scale))
      }
      return UpdateTerm(
        up: Factor(
          tensor: update.pair.up, layout: .expertColumns(index: expert, experts: experts),
          rows: outputs, columns: update.rank, scale: scale),
        down: Factor(
          tensor: update.pair.down, layout: .expertRows(index: expert), rows: update.rank,
          columns: inputs, scale: 1))
    }
  }

  // MARK: Bias and magnitude

  /// `b' = b + s·β`: a chain of rank 1 on a matrix of one column.
  func biasTerm(_ upBias: Tensor, on entry: TensorEntry) throws(AdapterError) -> UpdateTerm {
    let count = entry.shape.elementCount
    guard entry.shape.rank == 1, upBias.shape == entry.shape else {
      throw .tensor(
        file: file, name: update.name(endingIn: ".bias"),
        problem: "expected the shape of the base's \"\(escaped(entry.name))\", \(entry.shape), "
          + "found \(upBias.shape)")
    }
    return UpdateTerm(
      up: Factor(tensor: upBias, layout: .plain, rows: count, columns: 1, scale: biasScale),
      down: Factor(tensor: .one, layout: .plain, rows: 1, columns: 1, scale: 1))
  }

  /// DoRA's magnitudes: of rows of the weight, or of columns where it lies turned or the lengths are
  /// of inputs.
  func magnitudeStage() throws(AdapterError) -> MagnitudeStage? {
    guard let magnitude = update.magnitude else { return nil }
    return try MagnitudeStage(
      ChannelVector(magnitude, along: update.magnitudeAxis), on: weight, isTurned: isTurned,
      name: update.magnitudeName, file: file)
  }

  // MARK: Refusals

  private func refusal(ofUp problem: String) -> AdapterError {
    .tensor(file: file, name: update.tensorNames[1], problem: problem)
  }

  private func refusal(ofDown problem: String) -> AdapterError {
    .tensor(file: file, name: update.tensorNames[0], problem: problem)
  }

  private func mismatch(wrongUp: Bool, turned: Bool) -> AdapterError {
    let target = Matrix(weight.shape)
    let wanted = wrongUp != turned ? target.rows : target.columns
    let shape = wrongUp ? update.pair.up.shape : update.pair.down.shape
    let problem =
      "expected \(wanted) \(wrongUp ? "rows" : "columns") for the base's "
      + "\"\(escaped(weight.name))\" \(weight.shape), found \(shape); is this the adapter's base?"
    return wrongUp ? refusal(ofUp: problem) : refusal(ofDown: problem)
  }
}

extension Tensor {
  /// A single 1 in f32.
  fileprivate static let one = Tensor(type: .f32, shape: [1, 1], bytes: [0, 0, 0x80, 0x3F])
}
