import OrderedCollections

/// One value of a GGUF file's metadata.
package enum GGUFValue: Equatable, Sendable {
  /// Read from any width; written in 32 bits when it fits, as ggml's own keys are.
  case unsigned(UInt64)
  case signed(Int64)
  case float(Double)
  case bool(Bool)
  case text(String)
  /// An array: how many elements it has. What they are is read past.
  case list(count: Int)

  package var text: String? { if case .text(let text) = self { text } else { nil } }

  /// A number of any kind.
  package var number: Double? {
    switch self {
    case .unsigned(let value): Double(value)
    case .signed(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
}

/// The key-value section of a GGUF file, in its order.
package struct GGUFMetadata: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var entries: OrderedDictionary<String, GGUFValue>

  package init(dictionaryLiteral elements: (String, GGUFValue)...) {
    entries = OrderedDictionary(uniqueKeysWithValues: elements)
  }

  package subscript(key: String) -> GGUFValue? {
    get { entries[key] }
    set { entries[key] = newValue }
  }
}
