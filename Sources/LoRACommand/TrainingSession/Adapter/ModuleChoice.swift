import Adapters
import Tensors

/// Picks modules of a network by what a user writes.
///
/// | written        | means                                                             |
/// |----------------|-------------------------------------------------------------------|
/// | `fc1`          | the module of that name, or those whose last dotted parts are it   |
/// | `layers.*.fc?` | the same, `*` standing for any characters and `?` for one          |
/// | `re:EXPR`      | those whose whole name matches a regular expression, as in PEFT    |
struct ModuleChoice {
  /// The name of the network's file, for errors.
  let file: String
  /// All modules, in the network's order.
  let modules: [String]

  /// The modules that any of `words` means, in the network's order.
  ///
  /// - Throws: `ModelError` for a word that means none, or is no pattern.
  func named(_ words: [String]) throws(ModelError) -> [String] {
    var chosen: Set<String> = []
    for word in words {
      let pattern = try pattern(word)
      var found: [String] = []
      for module in modules where try matches(module, pattern, word) { found.append(module) }
      guard !found.isEmpty else {
        throw .noSuchModule(file: file, wanted: word, available: modules)
      }
      chosen.formUnion(found)
    }
    return modules.filter(chosen.contains)
  }

  /// A table from patterns to values, each of which must mean a module.
  func table(_ entries: [(String, Double)]) throws(ModelError) -> PatternTable<Double> {
    let table: PatternTable<Double>
    let unused: String?
    do throws(PatternError) {
      table = try PatternTable(entries.map { (key: $0.0, value: $0.1) })
      unused = try table.keysWithoutMatch(in: modules).first
    } catch {
      throw .pattern(text: entries.map(\.0).joined(separator: ", "), problem: error.description)
    }
    if let unused { throw .noSuchModule(file: file, wanted: unused, available: modules) }
    return table
  }

  private func matches(
    _ module: String, _ pattern: ModulePattern, _ word: String
  ) throws(ModelError) -> Bool {
    do throws(PatternError) {
      return try pattern.matchesWhole(module)
    } catch {
      throw .pattern(text: word, problem: error.description)
    }
  }

  private func pattern(_ word: String) throws(ModelError) -> ModulePattern {
    var text = word
    if word.hasPrefix("re:") {
      text.removeFirst("re:".count)
    } else {
      text =
        "(.*\\.)?"
        + word.unicodeScalars.map { character in
          switch character {
          case "*": ".*"
          case "?": "."
          case "a"..."z", "A"..."Z", "0"..."9", "_": String(character)
          default: character.isASCII ? "\\\(character)" : String(character)
          }
        }.joined()
    }
    do throws(PatternError) {
      return try ModulePattern(text)
    } catch {
      throw .pattern(text: word, problem: error.description)
    }
  }
}
