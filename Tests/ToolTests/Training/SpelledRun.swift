/// Options that a test of training gives where it is about something else, so that it does not hang on
/// what holds when they are left out.
enum SpelledRun {
  /// On all rows, at a rate that neither rises nor falls.
  static let plain = ["--holdout", "0", "--schedule", "constant", "--warmup", "0"]
  /// And on features as they are, for `pretrain`.
  static let fresh = plain + ["--no-standardize"]
}
