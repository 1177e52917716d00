import Foundation

/// Any JSON document, for tests that look at a few of its members.
package indirect enum LooseJSON: Decodable, Equatable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case array([LooseJSON])
  case object([String: LooseJSON])

  /// The document in `bytes`.
  package init(parsing bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(LooseJSON.self, from: Data(bytes))
  }

  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let items = try? value.decode([LooseJSON].self) {
      self = .array(items)
    } else {
      self = .object(try value.decode([String: LooseJSON].self))
    }
  }

  /// The member `name` of an object, else nil.
  package subscript(name: String) -> LooseJSON? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The item at `index` of an array, else nil.
  package subscript(index: Int) -> LooseJSON? {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
  }

  package var number: Double? { if case .number(let number) = self { number } else { nil } }
  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var members: [String: LooseJSON]? {
    if case .object(let members) = self { members } else { nil }
  }
  package var items: [LooseJSON]? { if case .array(let items) = self { items } else { nil } }
}
