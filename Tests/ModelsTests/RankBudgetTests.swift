import Models
import Testing

@Suite struct RankBudgetTests {
  private let model: ModelOutline
  private let sets: [TargetSet]
  private var setup = TrainingSetup()

  init() throws {
    model = try ModelPreset.named("llama-2-7b").outline()
    sets = TargetSet.usual(for: model)
    setup.sequence = 2048
  }

  /// 18 million parameters, the budget of the paper's table: rank 8 on all beats 34 on two.
  @Test func `a budget of parameters goes to the widest targets`() throws {
    let budget = try RankBudget(.parameters(20_000_000), for: model, sets, setup)
    #expect(budget.fits.map(\.rank) == [38, 19, 8])
    #expect(budget.answer?.targets == sets[2])
    #expect(budget.answer?.parameters == 19_988_480)
  }

  @Test(arguments: [6, 16, 24, 48]) func `the largest rank in memory fits, and one more does not`(
    _ size: Int
  ) throws {
    let limit = size << 30
    let budget = try RankBudget(.memory(limit), for: model, sets, setup)
    for fit in budget.fits {
      guard let method = fit.method, let targets = fit.targets else { continue }
      func bytes(_ rank: Int) throws -> Int {
        try TrainingMemory(method, of: model, targets, rank: rank, setup).total
      }
      if let rank = fit.rank {
        #expect(try bytes(rank) <= limit && fit.bytes == bytes(rank))
      }
      if fit.rank != targets.largestUsefulRank {
        #expect(try bytes((fit.rank ?? 0) + 1) > limit)
      }
    }
  }

  @Test func `the answer leaves the base unquantized where it can`() throws {
    let wide = try RankBudget(.memory(24 << 30), for: model, sets, setup)
    #expect(wide.answer?.method == .lora && wide.answer?.targets?.name == "all linear")
    let narrow = try RankBudget(.memory(16 << 30), for: model, sets, setup)
    #expect(narrow.answer?.method == .qlora && narrow.answer?.targets?.name == "all linear")
    let nothing = try RankBudget(.memory(1 << 30), for: model, sets, setup)
    #expect(nothing.answer == nil)
  }

  @Test func `a rank beyond a matrix is of no use`() throws {
    let all = TargetSet(name: "all", modules: model.linears)
    let budget = try RankBudget(
      .parameters(1 << 50), for: model, [all], setup)
    #expect(budget.answer?.rank == 4096)
  }
}
