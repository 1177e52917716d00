import ArgumentParser

/// How the weights from before a merge are found again.
struct MergedOriginOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The base: makes the result exact.", valueName: "path"),
    completion: .file())
  var base: String?

  @Flag(help: "Subtract the merged adapters; the result is inexact by rounding.")
  var approximate = false

  @Option(
    name: .customLong("adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "Where a merged adapter is now; give one --adapter for each, in order.",
      valueName: "path[@weight]"))
  var adapters: [WeightedAdapterArgument] = []

  @Option(
    name: .customLong("remainder"), parsing: .singleValue,
    help: ArgumentHelp(
      "Where a merge's remainder is now; give one --remainder for each, in order.",
      valueName: "path"),
    completion: .file())
  var remainders: [String] = []

  /// Every file that is named.
  var inputs: [String] { (base.map { [$0] } ?? []) + adapters.map(\.path) + remainders }

  func validate() throws {
    if base != nil, approximate {
      throw ValidationError("--base is exact; leave --approximate out")
    }
    if !remainders.isEmpty, base != nil || approximate {
      throw ValidationError("--remainder needs neither --base nor --approximate")
    }
  }
}
