import ArgumentParser

/// Whether a merge can be taken out again without the base.
struct ReversibleOptions: ParsableArguments {
  @Flag(
    help: """
      Also write a remainder: what rounding loses, about a hundredth of the weights. With it the \
      merge comes out again bit for bit, without the base.
      """)
  var reversible = false
}
