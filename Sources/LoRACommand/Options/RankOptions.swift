import ArgumentParser
import Spectra

/// How much of each matrix is kept.
struct RankOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The rank of every matrix.", valueName: "count"))
  var rank: Int?

  @Option(
    help: ArgumentHelp(
      "The smallest rank of each matrix that keeps this share of its energy, as 0.95.",
      valueName: "share"))
  var energy: Double?

  @Option(
    help: ArgumentHelp(
      """
      Spend this on all matrices together, a rank at a time where it buys the most energy: \
      parameters, as 20M, or bytes, as 50MB.
      """, valueName: "amount"))
  var budget: BudgetArgument?

  @Option(
    help: ArgumentHelp(
      "No matrix gets a higher rank. (default: 256 with --energy and --budget)",
      valueName: "count"))
  var maxRank: Int?

  private static let highestRank = 65536

  func validate() throws {
    let given = [rank != nil, energy != nil, budget != nil].count { $0 }
    try require(given <= 1, "--rank, --energy and --budget exclude each other")
    try require(rank == nil || maxRank == nil, "--rank and --max-rank exclude each other")
    for (name, value) in [("--rank", rank), ("--max-rank", maxRank)] {
      guard let value else { continue }
      try require(
        (1...Self.highestRank).contains(value),
        "\(name) is \(value), expected 1 to \(Self.highestRank)")
    }
    if let energy {
      try require(energy > 0 && energy <= 1, "--energy is \(energy), expected above 0 and up to 1")
    }
  }

  /// Refuses options that say nothing.
  func requireChoice() throws {
    try require(
      rank != nil || energy != nil || budget != nil || maxRank != nil,
      "give --rank, --energy or --budget: how much is kept")
  }

  /// The choice, for numbers of this many bytes.
  func choice(byteCount: Int) -> RankChoice {
    if let budget {
      return .budget(parameters: budget.parameters(byteCount: byteCount), most: maxRank ?? 256)
    }
    if let rank { return .each(.rank(rank)) }
    return .each(.energy(energy ?? 1, most: maxRank ?? 256))
  }
}

/// A number of parameters (k, M, G) or a size in bytes (kB, MB, GB, KiB, MiB, GiB).
struct BudgetArgument: ExpressibleByArgument, Equatable {
  private let amount: Int
  private let isBytes: Bool

  init?(argument: String) {
    let text = argument.lowercased()
    if text.hasSuffix("b") {
      guard let size = ByteSizeArgument(argument: argument) else { return nil }
      (amount, isBytes) = (size.byteCount, true)
      return
    }
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9]
    let factor = text.last.flatMap { units[$0] }
    guard let number = Double(factor == nil ? text : String(text.dropLast())), number > 0,
      number * (factor ?? 1) < 0x1p62
    else { return nil }
    (amount, isBytes) = (max(1, Int(number * (factor ?? 1))), false)
  }

  /// How many parameters of `byteCount` bytes each that is.
  func parameters(byteCount: Int) -> Int { isBytes ? amount / byteCount : amount }
}
