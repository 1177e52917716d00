import FoundationEssentials

/// How much of the old bytes a change in place keeps at a time.
enum JournalRing {
  /// What `LORA_JOURNAL_RING` says, in bytes: a small ring makes a small file take many turns, so
  /// that tests come by all of them.
  static var requestedSize: Int? {
    ProcessInfo.processInfo.environment["LORA_JOURNAL_RING"].flatMap { Int($0) }
      .flatMap { $0 > 0 ? $0 : nil }
  }
}
