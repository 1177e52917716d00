import ArgumentParser

/// How large the files of a sharded checkpoint become.
struct ShardSizeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Cut a folder's weights into files of at most this size, as 5GB or 500MiB.",
      valueName: "size"))
  var shardSize: ByteSizeArgument?

  /// Bytes of a shard; nil when it was not asked for.
  var byteCount: Int? { shardSize?.byteCount }
}

/// A size in bytes: decimal (kB, MB, GB), or binary (KiB, MiB, GiB, or K, M, G as in `dd` and `head`);
/// a bare number is bytes.
struct ByteSizeArgument: ExpressibleByArgument, Equatable {
  let byteCount: Int

  private static let units: [(suffix: String, factor: Double)] = [
    ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
    ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1),
    ("k", 1024), ("m", 1_048_576), ("g", 1_073_741_824), ("t", 1_099_511_627_776),
  ]

  init?(argument: String) {
    let text = argument.lowercased()
    let unit = Self.units.first { text.hasSuffix($0.suffix) }
    let digits = text.dropLast(unit?.suffix.count ?? 0)
    guard let number = Double(digits), number > 0, number * (unit?.factor ?? 1) < 0x1p62 else {
      return nil
    }
    byteCount = max(1, Int(number * (unit?.factor ?? 1)))
  }
}
