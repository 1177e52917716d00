import Adapters
import ArgumentParser
import Containers
import Tensors

/// An adapter on the command line, with how much of it is wanted: `PATH` or `PATH@WEIGHT`.
///
/// A path that exists as it is written is that path, with weight 1. Else what follows the last `@` is
/// a weight when it is a number, or a percentage as `50%`.
package struct WeightedAdapterArgument: ExpressibleByArgument, Equatable, Sendable,
  CustomStringConvertible
{
  package let path: String
  package let weight: Double

  package init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    guard !Folder.holdsAnything(at: argument), let at = argument.lastIndex(of: "@"),
      at > argument.startIndex,
      let weight = Self.number(argument[argument.index(after: at)...]), weight.isFinite
    else {
      path = argument
      weight = 1
      return
    }
    path = String(argument[..<at])
    self.weight = weight
  }

  private static func number(_ text: Substring) -> Double? {
    text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
  }

  /// As it may be given again.
  package var description: String {
    weight == 1 && !path.contains("@") ? path : "\(path)@\(weight)"
  }

  package static var defaultCompletionKind: CompletionKind { .file() }

  /// Reads the adapter, or one part of it.
  ///
  /// - Throws: `WeightSpelling` where there is none and the path is one with a weight in another
  ///   spelling; what reading throws.
  func open(part: ModelPart? = nil) throws -> WeightedAdapter {
    if path != "-", !Folder.holdsAnything(at: path),
      let place = path.lastIndex(where: { "@:=".contains($0) }), place > path.startIndex,
      Folder.holdsAnything(at: String(path[..<place]))
    {
      throw WeightSpelling(argument: path, adapter: String(path[..<place]))
    }
    let adapter = try AdapterFile.open(path)
    return WeightedAdapter(try part.map(adapter.selecting) ?? adapter, weight: weight)
  }
}

/// A weight that is none.
private struct WeightSpelling: ReportableError {
  let argument: String
  let adapter: String

  var category: FailureCategory { .missingInput }

  var description: String {
    "\(escaped(argument)): no such file; a weight is a number behind @, as in "
      + "\(escaped(adapter))@0.5"
  }
}
