import Adapters
import Tensors

/// What a person should know although the command goes on.
package enum Warnings {
  /// Says `sentence` on stderr as one `lora: warning: ` line; `--quiet` does not silence it.
  ///
  /// Names from files in it are escaped by the caller, as in an error.
  package static func say(_ sentence: String) {
    StandardError.write(line: "lora: warning: " + singleLine(sentence))
  }

  /// Says `sentence` on stderr as one `lora: note: ` line: news, and no danger; the caller obeys
  /// `--quiet`.
  package static func note(_ sentence: String) {
    StandardError.write(line: "lora: note: " + singleLine(sentence))
  }

  /// Says what a person should know about an adapter's settings.
  static func say(_ adapter: Adapter) {
    for note in adapter.configuration.notes { say("\(escaped(adapter.file)): \(note)") }
  }
}
