import ArgumentParser
import Kernels

/// How many threads compute.
package struct ThreadsOption: ParsableArguments {
  @Option(
    name: .customLong("threads"),
    help: ArgumentHelp("Threads to compute with. (default: all cores)", valueName: "count"))
  package var requested: Int?

  package init() {}

  /// The number asked for, else that of the cores this process may use.
  package var count: Int { requested ?? Parallel.coreCount }

  package func validate() throws {
    if let requested, !(1...1024).contains(requested) {
      throw ValidationError("--threads is \(requested), expected 1 to 1024")
    }
  }
}
