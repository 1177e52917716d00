import JSON
import Tensors

/// A row of a file of texts.
package struct TextRecord: Sendable, Equatable {
  /// The line that the row begins on, from 1.
  package let line: Int
  package let content: Content
  /// What stands in the columns that the reader keeps beside the content.
  package var kept: [String] = []

  package enum Content: Sendable, Equatable {
    /// Messages with roles, and the tools that they may call (null without).
    case conversation(messages: JSONValue, tools: JSONValue)
    /// What is asked, and the answer; a system's words before it, if any.
    case answer(system: String?, prompt: String, completion: String)
    /// Text that is learned whole.
    case text(String)
    /// Two texts that go together.
    case pair(String, String)
    /// Text, or two texts, and what it is.
    case labelled(text: String, pair: String?, label: TextLabel)
    /// Token ids as they are.
    case tokens(TokenRow)
  }
}

/// What a text is.
package enum TextLabel: Sendable, Equatable {
  /// A class by name; all that a CSV file has.
  case name(String)
  /// A class by id, or a whole value.
  case int(Int)
  case value(Double)
  /// Several classes, or a value for each class.
  case list([TextLabel])
}

/// Token ids that somebody else made.
package struct TokenRow: Sendable, Equatable {
  package let ids: [Int]
  /// What is to be predicted: one for each token (-100 is not counted), or the row's label.
  package let labels: Labels
  /// 1 where there is a token, 0 where there is padding.
  package let attentionMask: [Int]?
  package let tokenTypes: [Int]?

  package enum Labels: Sendable, Equatable {
    /// The ids themselves.
    case none
    case tokens([Int])
    case row(TextLabel)
  }
}
