import ArgumentParser
import Kernels

/// What `eval` and `predict` compute with beside the network.
struct ScoringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("An adapter to put beside the network.", valueName: "path"),
    completion: .file())
  var adapter: String?

  @Flag(help: "Go on even when the adapter records another base's fingerprint.")
  var anyBase = false

  @Option(
    help: ArgumentHelp(
      "relu, gelu, silu or tanh. (default: the network's, else relu)", valueName: "name"))
  var activation: Activation?
}
