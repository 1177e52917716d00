/// Which numbers JSON text may hold.
package enum JSONSpelling: Sendable {
  /// Those of RFC 8259.
  case standard
  /// Also `NaN`, `Infinity` and `-Infinity`, as Python's `json` writes them and transformers with it.
  case python
}
