import JSON
import OrderedCollections
import Tensors

/// A value while a template runs, as Python would have it; nothing changes but a namespace, as
/// transformers renders in a sandbox that forbids it.
enum TemplateValue {
  /// No value; `what` is how a message calls what is missing.
  case undefined(what: String)
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  /// What `safe` makes of text: text that is added to it is escaped as HTML is.
  case markup(String)
  case list([TemplateValue])
  case tuple([TemplateValue])
  /// What `map`, `select` and their kin give, and a loop or `list` runs through: it is true and has
  /// no length, whatever is in it.
  case generator([TemplateValue])
  case dictionary(TemplateMembers)
  case namespace(TemplateNamespace)
  case loop(LoopPosition)
  case callable(TemplateCallable)

  init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .number(let number): self = number.int.map { .int($0) } ?? .float(number.double)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map { TemplateValue($0) })
    case .object(let members):
      self = .dictionary(
        TemplateMembers(
          uniqueKeysWithValues: members.map { (TemplateKey($0.key.text), TemplateValue($0.value)) })
      )
    }
  }

  init(_ literal: Expression.Literal) {
    switch literal {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .string(let text): self = .string(text)
    }
  }
}

/// The members of a dictionary, in their order.
typealias TemplateMembers = OrderedDictionary<TemplateKey, TemplateValue>

/// A key of a dictionary.
enum TemplateKey: Hashable {
  case string(ExactString)
  case int(Int)

  init(_ text: String) {
    self = .string(ExactString(text))
  }

  /// The value as a key; nil when it cannot be one here.
  init?(_ value: TemplateValue) {
    switch value {
    case .string(let text): self.init(text)
    case .int, .bool: self = .int(value.int ?? 0)
    default: return nil
    }
  }

  var value: TemplateValue {
    switch self {
    case .string(let text): .string(text.text)
    case .int(let value): .int(value)
    }
  }
}

/// What `namespace(…)` makes: the one thing that a template can change.
final class TemplateNamespace {
  var members: TemplateMembers

  init(_ members: TemplateMembers) {
    self.members = members
  }
}

/// What `loop` tells in the body of a loop.
struct LoopPosition {
  let index: Int
  let values: [TemplateValue]

  func member(_ name: String) -> TemplateValue? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(values.count - index)
    case "revindex0": .int(values.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == values.count - 1)
    case "length": .int(values.count)
    case "depth": .int(1)
    case "depth0": .int(0)
    case "previtem":
      index > 0 ? values[index - 1] : .undefined(what: "there is no previous item")
    case "nextitem":
      index + 1 < values.count ? values[index + 1] : .undefined(what: "there is no next item")
    case "cycle": .callable(.cycle(index))
    default: nil
    }
  }
}

/// What can be called.
enum TemplateCallable {
  case global(GlobalFunction)
  case textMethod(TextMethod, of: String)
  case memberMethod(MemberMethod, of: TemplateMembers)
  case listMethod(ListMethod, of: [TemplateValue])
  case macro(TemplateMacro)
  case cycle(Int)
}

/// A macro, and the names that were known where it was defined.
final class TemplateMacro {
  let definition: Statement.Macro
  let scope: TemplateScope

  init(_ definition: Statement.Macro, in scope: TemplateScope) {
    self.definition = definition
    self.scope = scope
  }
}

extension TemplateValue {
  /// Whether `if` takes it for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.isEmpty
    case .dictionary(let members): !members.isEmpty
    case .generator, .namespace, .loop, .callable: true
    }
  }

  /// How Python calls its type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .generator: "generator"
    case .dictionary: "dict"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .callable: "function"
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }
  var string: String? { if case .string(let text) = self { text } else { nil } }

  /// A whole number; true and false are 1 and 0.
  var int: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// A number.
  var double: Double? {
    if case .float(let value) = self { value } else { int.map { Double($0) } }
  }

  /// What a loop runs over: elements, keys or characters; of nothing defined, none.
  func elements() throws(TemplateFailure) -> [TemplateValue] {
    switch self {
    case .undefined: []
    case .list(let elements), .tuple(let elements), .generator(let elements): elements
    case .string(let text): text.unicodeScalars.map { .string(String($0)) }
    case .dictionary(let members): members.keys.map(\.value)
    default: throw TemplateFailure("a value of type \(typeName) cannot be run over")
    }
  }

  /// Refuses what has no value.
  func defined() throws(TemplateFailure) -> TemplateValue {
    if case .undefined(let what) = self { throw TemplateFailure(what) }
    return self
  }
}
