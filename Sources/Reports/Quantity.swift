/// A value together with how a person reads it.
package struct Quantity: Sendable, Equatable {
  package let value: Value
  package let format: Format

  package init(_ value: Value, _ format: Format = .plain) {
    self.value = value
    self.format = format
  }

  package static func text(_ text: String) -> Quantity { Quantity(.text(text)) }

  package static func count(_ count: Int) -> Quantity { Quantity(.integer(count), .grouped) }

  package static func bytes(_ count: Int) -> Quantity { Quantity(.integer(count), .binaryBytes) }

  package static func ratio(_ ratio: Double) -> Quantity { Quantity(.number(ratio), .ratio) }

  /// A share of 1, as a percentage.
  package static func share(_ share: Double) -> Quantity { Quantity(.number(share), .percent) }

  package static func seconds(_ seconds: Double) -> Quantity {
    Quantity(.number(seconds), .seconds)
  }

  package static func number(_ number: Double, digits: Int = 4) -> Quantity {
    Quantity(.number(number), .significant(digits))
  }

  /// As a person reads it; empty when the value is missing.
  package var text: String { text(escape: { $0 }) }

  /// As a person reads it, with what is no number passed through `escape`.
  package func text(keepsZeros: Bool = false, escape: (String) -> String) -> String {
    switch value {
    case .missing: ""
    case .flag(let flag): flag ? "yes" : "no"
    case .text(let text): escape(text)
    case .integer(let count): format.text(of: count)
    case .number(let number): format.text(of: number, keepsZeros: keepsZeros)
    case .list(let values):
      values.map { Quantity($0, format).text(escape: escape) }.joined(separator: ", ")
    }
  }
}
