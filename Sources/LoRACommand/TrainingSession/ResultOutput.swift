import Containers

/// Where a result is written, and how.
struct ResultOutput {
  /// A file, a folder, or `-` for stdout.
  let path: String
  let options: OutputOptions
  /// Whether to write inside gzip; nil to go by the name.
  let gzip: Bool?

  var isStandardOutput: Bool { path == "-" }
  /// Whether to write inside gzip.
  var compresses: Bool { gzip ?? path.hasSuffix(".gz") }
}
