import ArgumentParser

/// How rows of text become the steps of a run.
struct TextRunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      What becomes of a row with more than --max-tokens: cut leaves out its end, and the row when no \
      answer is left; fail ends the run with the rows' lines. Text without a prompt is parted and all \
      of it is learned.
      """, valueName: "rule"))
  var tooLong = LongRows.cut

  @Flag(
    help: """
      Put rows together that have at most --max-tokens; a step then counts packs of rows. Rows of a \
      pack do not see each other.
      """)
  var pack = false

  @Option(
    help: ArgumentHelp(
      "Tokens of a step that are in memory at once, unless a row has more; no bit depends on it.",
      valueName: "count"))
  var microTokens = 2048

  @Flag(
    help: """
      Keep only the input of each block of layers and compute the rest again: less memory, about a \
      third more time, the same bits.
      """)
  var recompute = false

  enum LongRows: String, ExpressibleByArgument, CaseIterable {
    case cut
    case fail
  }

  func validate() throws {
    try require(microTokens > 0, "--micro-tokens must be above 0")
  }
}
