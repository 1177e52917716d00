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

  func validate() throws {
    if base != nil, approximate {
      throw ValidationError("--base is exact; leave --approximate out")
    }
    if base == nil, !approximate {
      throw ValidationError(
        "without the base the result would be inexact: give --base, or --approximate to accept it")
    }
  }
}
