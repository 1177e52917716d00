import Kernels
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// Steps over rows of text, however these are put together.
@Suite struct TokenStepTests {
  private func run(
    _ golden: GoldenModel, _ everything: EverythingTrained = EverythingTrained(),
    _ change: (inout TrainingRecipe<Float>) -> Void
  ) throws -> [[Float]] {
    var trainer = try everything.trainer(golden, as: Float.self, change)
    var losses: [Float] = []
    while trainer.step < trainer.steps { losses.append(Float(try trainer.advance().loss)) }
    return [losses] + trainer.network.trained.map(\.value)
  }

  @Test(arguments: GoldenModel.all)
  func `a step in micro-batches has the bits of one at once`(golden: GoldenModel) throws {
    let whole = try run(golden) { _ in }
    #expect(whole.count > 10 && whole.allSatisfy { $0.allSatisfy(\.isFinite) })
    for (tokens, threads) in [(1, 1), (30, 3), (50, 2)] {
      let parts = try run(golden) {
        ($0.rowsAtOnce, $0.workers) = (tokens, Workers(count: threads))
      }
      #expect(parts == whole, "\(tokens) tokens at once")
    }
  }

  @Test(arguments: GoldenModel.all)
  func `a row has the same bits alone and with others before and behind it`(
    golden: GoldenModel
  ) throws {
    let model: TextModel<Float> = try golden.model()
    let rows = try golden.rows(1).map { $0.first(11) } + golden.rows(2)
    let states = try outputs(of: model.network, rows)
    var first = 0
    for row in rows {
      let alone = try outputs(of: model.network, [row])
      let part = first * alone.columns..<(first + row.tokens.count) * alone.columns
      #expect(Array(states.elements[part]) == Array(alone.elements[..<alone.count]))
      first += row.tokens.count
    }
  }

  private func outputs(
    of network: Transformer<Float>, _ rows: [TokenRow]
  ) throws -> Matrix<Float> {
    var memory = network.makeMemory()
    return network.hiddenStates(TokenBatch(rows), &memory, .inference(.one))
  }

  @Test(arguments: ["qwen3", "mistral-window"])
  func `a step's loss is the mean over all its labels, packed or not`(name: String) throws {
    let stored = try LooseJSON(parsing: Fixtures.bytes("text/batches-\(name).json"))
    func numbers(_ row: LooseJSON, _ key: String) -> [Int32] {
      (row[key]?.items ?? []).compactMap(\.number).map { Int32($0) }
    }
    let rows = try #require(stored["rows"]?.items).map {
      TokenRow(numbers($0, "ids"), target: .tokens(numbers($0, "labels")))
    }
    let expected = try #require(stored["step_loss"]?.number)
    func loss(_ source: TokenBatches<Double>, tokens: Int?) throws -> Double {
      let model: TextModel<Double> = try GoldenModel(name: name).model()
      var network = model.network
      network.trainFully("model.layers.0.self_attn.q_proj")
      var recipe = TrainingRecipe<Double>(
        .softmaxCrossEntropy, SGD<Double>(), Schedule(rate: 0.1, steps: 1))
      recipe.rowsAtOnce = tokens
      var trainer = Trainer(network, on: source, by: recipe)
      return try trainer.advance().loss
    }
    let packs = TokenPacks(lengths: rows.map(\.tokens.count), limit: 25)
    #expect(packs.packs.contains { $0.count > 1 })
    for packs in [nil, packs] {
      let source = TokenBatches<Double>(
        rows, packs: packs, size: 100, shuffles: false, generator: Generator(seed: 0))
      let whole = try loss(source, tokens: nil)
      #expect(abs(whole - expected) < 1e-5)
      #expect(try loss(source, tokens: 12) == whole)
    }
  }
}

/// A golden model all of whose numbers are trained, with branches and dropout beside every layer.
struct EverythingTrained {
  var dropout = 0.2
  var hasMagnitudes = false
  var steps = 2

  func network<Scalar: DenseScalar>(
    _ golden: GoldenModel, as: Scalar.Type
  ) throws -> Transformer<Scalar> {
    let model: TextModel<Scalar> = try golden.model()
    var (network, generator) = (model.network, Generator(seed: 11))
    network.setTrained(true)
    for linear in network.linears {
      let up = (0..<2 * linear.outputs).map { _ in Scalar(generator.normal() / 10) }
      let down = (0..<2 * linear.inputs).map { _ in Scalar(generator.normal() / 10) }
      var branch = LowRankBranch(
        module: linear.module, down: down, up: up, rank: 2, scaling: 1.5)
      if hasMagnitudes { branch = branch.with(Magnitude(on: linear)) }
      branch.dropout = dropout
      network.attach(branch, to: linear.module)
    }
    return network
  }

  func trainer<Scalar: DenseScalar>(
    _ golden: GoldenModel, as: Scalar.Type,
    _ change: (inout TrainingRecipe<Scalar>) -> Void
  ) throws -> Trainer<Transformer<Scalar>, TokenBatches<Scalar>> {
    let rows = try golden.rows(1).enumerated().map { $0.element.first(3 + 5 * $0.offset) }
    var recipe = TrainingRecipe<Scalar>(
      try golden.loss, Adam<Scalar>(decoupled: true), Schedule(rate: 0.01, steps: steps))
    recipe.seed = 5
    change(&recipe)
    let source = TokenBatches<Scalar>(
      try rows + golden.rows(2), size: 6, shuffles: true, generator: Generator(seed: 2))
    return Trainer(try network(golden, as: Scalar.self), on: source, by: recipe)
  }
}

extension GoldenModel {
  var loss: Loss {
    get throws {
      switch try settings()["loss"]?.text {
      case "mean squared error": .meanSquaredError
      case "mean of binary cross entropies with logits": .binaryCrossEntropy
      default: .softmaxCrossEntropy
      }
    }
  }

  /// The rows of a stored step, each by itself.
  func rows(_ step: Int) throws -> [TokenRow] {
    let batch = try batch(step, as: Double.self)
    var (rows, first): ([TokenRow], Int) = ([], 0)
    for (index, length) in batch.lengths.enumerated() {
      let part = first..<first + length
      let target: TokenRow.Target
      switch batch.targets {
      case .values(let values): target = .values(Array(values[row: index]))
      case .labels(let labels):
        guard let wanted = batch.wanted else {
          target = .label(labels[index])
          break
        }
        var all = [Int32](repeating: -100, count: length)
        for (row, label) in zip(wanted, labels) where part.contains(row) {
          all[row - first + 1] = label
        }
        target = .tokens(all)
      case .none: target = .label(0)
      }
      rows.append(
        TokenRow(
          Array(batch.tokens[part]), segments: batch.segments.map { Array($0[part]) },
          target: target))
      first += length
    }
    return rows
  }
}

extension TokenRow {
  /// The first tokens of the row.
  func first(_ count: Int) -> TokenRow {
    var target = target
    if case .tokens(let labels) = target { target = .tokens(Array(labels.prefix(count))) }
    return TokenRow(
      Array(tokens.prefix(count)), segments: segments.map { Array($0.prefix(count)) },
      target: target)
  }
}
