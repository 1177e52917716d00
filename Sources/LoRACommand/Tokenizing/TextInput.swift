import Containers
import JSON
import Tensors
import Text

/// Text from standard input, checked.
enum TextInput {
  /// Bytes that one text may have.
  static let sizeLimit = 1 << 30

  /// All of standard input.
  ///
  /// - Throws: `TextProblem.notUTF8` with the first byte that is none.
  static func all() throws -> String {
    let bytes = try InputFile.contents(of: "-", sizeLimit: sizeLimit)
    return try text(bytes[...], at: 0)
  }

  private static func text(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(TextProblem) -> String
  {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.span))
    } catch {
      throw TextProblem(place: "byte \(offset + error.byteOffsets.lowerBound)", .notUTF8)
    }
  }

  /// Calls `body` with the JSON value of every line and its number, from 1; blank lines are left out.
  static func forEachLine(_ body: (JSONValue, Int) throws -> Void) throws {
    var lines = LineReader(limit: sizeLimit, source: try TextSource.open("-"))
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        throw TextProblem(place: "line \(lines.line)", .tooLong(limit: sizeLimit))
      }
      try use(bytes, lines.line, body)
    }
  }

  private static func use(
    _ line: [UInt8], _ number: Int, _ body: (JSONValue, Int) throws -> Void
  ) throws {
    guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
    let value: JSONValue
    do throws(JSONFailure) {
      value = try JSONValue(parsing: line)
    } catch {
      throw TextProblem(place: "line \(number): byte \(error.offset)", .json(error.problem))
    }
    try body(value, number)
  }
}

/// What is wrong with a text given, and where.
struct TextProblem: ReportableError, Equatable {
  enum Problem: Equatable {
    case notUTF8
    case json(JSONProblem)
    case tooLong(limit: Int)
    /// A line that holds neither what is read nor an object with it.
    case lacks(String)
    case noID(String)
  }

  /// As `line 3`; empty for words of the command line.
  let place: String
  let problem: Problem

  init(place: String, _ problem: Problem) {
    (self.place, self.problem) = (place, problem)
  }

  var category: FailureCategory { .badData }

  var description: String { (place.isEmpty ? "" : "-: \(place): ") + sentence }

  private var sentence: String {
    switch problem {
    case .notUTF8: "is not valid UTF-8; the text is damaged or in another encoding"
    case .json(let problem): problem.description
    case .tooLong(let limit): "is longer than \(limit) bytes; split it"
    case .lacks(let what): "expected \(what)"
    case .noID(let word): "\"\(escaped(word))\" is no id; ids are whole numbers from 0"
    }
  }
}
