/// How a number is written for a person; JSON and CSV always get the number itself.
package enum Format: Sendable, Equatable {
  /// Digits as they are: `1044`, `0.5`.
  case plain
  /// Thousands apart: `1,044`.
  case grouped
  /// Powers of 1024, three digits: `1.50 GiB`; below 1 KiB exact: `96 B`.
  case binaryBytes
  /// The same, and exactly: `1.50 GiB (1,610,612,736 bytes)`.
  case bytesInFull
  /// Powers of 1000, three digits: `1.61 GB`; below 1 kB exact: `96 B`.
  case decimalBytes
  /// Three digits or all of the whole part: `256x`, `4.36x`.
  case ratio
  /// A share of 1 in percent, three digits: `0.391 %`, `100 %`.
  case percent
  /// `850 us`, `12.3 ms`, `4.20 s`, `2 min 05 s`, `1 h 02 min`.
  case seconds
  /// At most this many significant digits: `0.0313`, `2.5`.
  case significant(Int)
}
