import ArgumentParser
import Merging

/// Whether an adapter may meet a base it was not trained on.
package struct BaseFingerprintOption: ParsableArguments {
  @Flag(help: "Merge even when an adapter records another base's fingerprint.")
  package var anyBase = false

  package init() {}
}
