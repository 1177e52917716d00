import Adapters
import ArgumentParser
import Containers

/// An adapter on the command line, with how much of it is wanted: `PATH` or `PATH@WEIGHT`.
///
/// A path that exists as it is written is that path, with weight 1. Else what follows the last `@` is
/// a weight when it is a number.
package struct WeightedAdapterArgument: ExpressibleByArgument, Equatable, Sendable,
  CustomStringConvertible
{
  package let path: String
  package let weight: Double

  package init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    guard !Folder.holdsAnything(at: argument), let at = argument.lastIndex(of: "@"),
      at > argument.startIndex,
      let weight = Double(argument[argument.index(after: at)...]), weight.isFinite
    else {
      path = argument
      weight = 1
      return
    }
    path = String(argument[..<at])
    self.weight = weight
  }

  /// As it may be given again.
  package var description: String {
    weight == 1 && !path.contains("@") ? path : "\(path)@\(weight)"
  }

  package static var defaultCompletionKind: CompletionKind { .file() }

  /// Reads the adapter, or one part of it.
  func open(part: ModelPart? = nil) throws -> WeightedAdapter {
    let adapter = try AdapterFile.open(path)
    return WeightedAdapter(try part.map(adapter.selecting) ?? adapter, weight: weight)
  }
}
