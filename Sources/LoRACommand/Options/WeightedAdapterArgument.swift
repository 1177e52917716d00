import Adapters
import ArgumentParser

/// An adapter on the command line, with how much of it is wanted: `PATH` or `PATH@WEIGHT`.
///
/// What follows the last `@` is a weight when it is a number; a path that ends in `@` and a number
/// is written with `@1` behind it.
package struct WeightedAdapterArgument: ExpressibleByArgument, Equatable, Sendable,
  CustomStringConvertible
{
  package let path: String
  package let weight: Double

  package init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    guard let at = argument.lastIndex(of: "@"), at > argument.startIndex,
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

  /// Reads the adapter.
  func open() throws -> WeightedAdapter {
    WeightedAdapter(try AdapterFile.open(path), weight: weight)
  }
}
