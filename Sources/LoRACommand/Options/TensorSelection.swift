import Adapters
import ArgumentParser
import Tensors

/// Which tensors of a file are meant.
struct TensorSelection: ParsableArguments {
  @Option(
    name: .customLong("tensor"), parsing: .singleValue,
    help: ArgumentHelp(
      "Only tensors of this name; '*' is any text. Can be given again.", valueName: "pattern"))
  var patterns: [String] = []

  /// Whether the tensor called `name` is meant: each is, when no pattern was given.
  func contains(_ name: String) -> Bool {
    patterns.isEmpty || patterns.contains { NameGlob($0).matches(name) }
  }

  /// Refuses patterns that name nothing.
  ///
  /// - Throws: `AdapterError.mismatch`, which names the first of them.
  func requireMatch(among names: [String], in file: String) throws {
    for pattern in patterns where !names.contains(where: NameGlob(pattern).matches) {
      let nearest = NameMap(names).nearest(to: pattern)
      throw AdapterError.mismatch(
        file: file,
        problem: "no matrix is called \"\(escaped(pattern))\""
          + (nearest.map { "; the nearest name is \"\(escaped($0))\"" } ?? ""))
    }
    guard names.isEmpty else { return }
    throw AdapterError.mismatch(file: file, problem: "holds no matrix of floating-point numbers")
  }
}
