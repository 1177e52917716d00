/// Why a command stops without a word: a signal ended it, or its reader went away.
package struct QuietTermination: Error, Equatable {
  package let exitCode: Int32

  /// Ended by the signal of this number, as the shell reports it: 128 + the number.
  package init(signal: Int32) {
    self.exitCode = 128 + signal
  }
}
