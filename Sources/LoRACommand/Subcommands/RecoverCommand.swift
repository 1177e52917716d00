import ArgumentParser

/// The command `lora recover`.
struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Bring an interrupted change in place to its end.",
    discussion: """
      After a crash the checkpoint is locked against every program, and its journal \
      (.NAME.lora-journal beside it) knows how to go on. While the journal still holds all that was \
      overwritten, the change is undone; else it is finished, bit for bit as it would have been. \
      Finishing may need the base or the adapters that the change was given: they are looked for \
      where they were, unless --base, --adapter and --remainder name them. Nothing is changed \
      when one is missing. A folder is recovered as a whole, also when a shard of it is named.
      """)

  @Argument(
    help: ArgumentHelp("The checkpoint: a file or a folder.", valueName: "file"),
    completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("Where the base is now.", valueName: "path"), completion: .file())
  var base: String?

  @Option(
    name: .customLong("adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "Where an adapter is now; any number, in any order.", valueName: "path"),
    completion: .file())
  var adapters: [String] = []

  @Option(
    name: .customLong("remainder"), parsing: .singleValue,
    help: ArgumentHelp(
      "Where a merge's remainder is now; give one --remainder for each, in order.",
      valueName: "path"),
    completion: .file())
  var remainders: [String] = []

  @Flag(help: "Also while another process has the checkpoint open.")
  var force = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try RecoverySession(
      force: force, base: base, adapters: adapters, remainders: remainders, threads: threads,
      report: report
    ).run(file)
  }
}
