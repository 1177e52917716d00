import ArgumentParser
import Kernels

/// How many threads compute.
package struct ThreadsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Threads to compute with. (default: all cores)", valueName: "count"))
  package var threads: Int?

  package init() {}

  /// The number asked for, else that of the cores this process may use.
  package var count: Int { threads ?? Parallel.coreCount }

  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
  }
}
