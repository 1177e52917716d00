import ArgumentParser

/// Where chance begins.
package struct SeedOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Start of all random numbers: same seed, same result.", valueName: "number"))
  package var seed: UInt64 = 0

  package init() {}
}
