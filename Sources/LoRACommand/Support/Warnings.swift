/// What a person should know although the command goes on.
package enum Warnings {
  /// Says `sentence` on stderr as one `lora: warning: ` line; `--quiet` does not silence it.
  ///
  /// Names from files in it are escaped by the caller, as in an error.
  package static func say(_ sentence: String) {
    StandardError.write(line: "lora: warning: " + singleLine(sentence))
  }
}
