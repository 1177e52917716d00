import Tensors

extension TemplateValue {
  /// `value.name`: a method or member of the type first, then the item, as Jinja looks.
  func attribute(_ name: String) throws(TemplateFailure) -> TemplateValue {
    if let own = try own(name) { return own }
    return try ownItem(.string(name)) ?? missing(name)
  }

  /// `value[key]`: the item first, then the method or member.
  func item(_ key: TemplateValue) throws(TemplateFailure) -> TemplateValue {
    if let item = try ownItem(key) { return item }
    guard case .string(let name) = key else {
      return .undefined(what: "there is no element \(key.representation) in a \(typeName)")
    }
    return try own(name) ?? missing(name)
  }

  /// The value at `a.b.0`, as the filters that take an attribute have it.
  func value(at path: String) throws(TemplateFailure) -> TemplateValue {
    var value = self
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      value = try value.item(Int(part).map { .int($0) } ?? .string(String(part)))
    }
    return value
  }

  private func missing(_ name: String) -> TemplateValue {
    .undefined(what: "a \(typeName) has no \"\(escaped(name))\"")
  }

  /// What the type itself has under a name.
  private func own(_ name: String) throws(TemplateFailure) -> TemplateValue? {
    switch self {
    case .undefined(let what): throw TemplateFailure(what)
    case .string(let text):
      if let method = TextMethod(rawValue: name) { return .callable(.textMethod(method, of: text)) }
      return try refused(name, Self.unsupportedOfText)
    case .dictionary(let members):
      if let method = MemberMethod(rawValue: name) {
        return .callable(.memberMethod(method, of: members))
      }
      return try refused(name, Self.unsupportedOfDictionaries)
    case .list(let elements), .tuple(let elements):
      if let method = ListMethod(rawValue: name) {
        return .callable(.listMethod(method, of: elements))
      }
      return try refused(name, Self.unsupportedOfLists)
    case .namespace(let space): return space.members[TemplateKey(name)]
    case .loop(let position):
      if let member = position.member(name) { return member }
      return try refused(name, ["changed"])
    default: return nil
    }
  }

  private func ownItem(_ key: TemplateValue) throws(TemplateFailure) -> TemplateValue? {
    switch (self, key) {
    case (.undefined(let what), _): throw TemplateFailure(what)
    case (.dictionary(let members), _): return TemplateKey(key).flatMap { members[$0] }
    case (.list(let elements), _), (.tuple(let elements), _):
      guard let index = key.int.flatMap({ place($0, in: elements.count) }) else { return nil }
      return elements[index]
    case (.string(let text), _):
      let scalars = text.unicodeScalars
      guard let index = key.int.flatMap({ place($0, in: scalars.count) }) else { return nil }
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
    default: return nil
    }
  }

  /// Methods that Python has and templates are not given here: what changes a value, as the sandbox
  /// forbids it, and what nobody was seen to use.
  private func refused(
    _ name: String, _ unsupported: Set<String>
  ) throws(TemplateFailure) -> TemplateValue? {
    guard unsupported.contains(name) else { return nil }
    throw TemplateFailure("the method \"\(name)\" of a \(typeName) is not supported")
  }

  private static let unsupportedOfText: Set<String> = [
    "casefold", "center", "encode", "expandtabs", "format_map", "isidentifier", "isprintable",
    "ljust", "maketrans", "partition", "rjust", "rpartition", "swapcase", "title", "translate",
    "zfill",
    "isalnum", "isascii", "isdecimal", "isnumeric", "islower", "isupper", "istitle", "rindex",
  ]
  private static let unsupportedOfDictionaries: Set<String> = [
    "clear", "fromkeys", "pop", "popitem", "setdefault", "update",
  ]
  private static let unsupportedOfLists: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
  ]
}

/// Where element `index` stands; below zero it counts from the end.
private func place(_ index: Int, in count: Int) -> Int? {
  let place = index < 0 ? index + count : index
  return (0..<count).contains(place) ? place : nil
}

extension TemplateValue {
  /// `value[start:stop:step]`.
  func slice(
    _ start: TemplateValue?, _ stop: TemplateValue?, _ step: TemplateValue?
  ) throws(TemplateFailure) -> TemplateValue {
    let bounds = (try bound(start), try bound(stop), try bound(step))
    switch self {
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: try indices(of: scalars.count, bounds).map { scalars[$0] })
      return .string(String(view))
    case .list(let elements):
      return .list(try indices(of: elements.count, bounds).map { elements[$0] })
    case .tuple(let elements):
      return .tuple(try indices(of: elements.count, bounds).map { elements[$0] })
    case .undefined(let what): throw TemplateFailure(what)
    default: throw TemplateFailure("a \(typeName) has no slices")
    }
  }
}

private func bound(_ value: TemplateValue?) throws(TemplateFailure) -> Int? {
  guard let value else { return nil }
  if case .none = value { return nil }
  guard let int = value.int else {
    throw TemplateFailure("the bound of a slice is a \(value.typeName), expected an int")
  }
  return int
}

/// The elements of a slice, as Python counts them.
///
/// Source: <https://docs.python.org/3/library/stdtypes.html#common-sequence-operations>, note 5.
private func indices(
  of count: Int, _ bounds: (start: Int?, stop: Int?, step: Int?)
) throws(TemplateFailure) -> [Int] {
  let step = bounds.step ?? 1
  guard step != 0 else { throw TemplateFailure("the step of a slice is 0") }
  let limits = step > 0 ? (low: 0, high: count) : (low: -1, high: count - 1)
  func clamped(_ bound: Int?, _ other: Int) -> Int {
    guard let bound else { return other }
    // A bound far below stays below.
    let place = bound < 0 ? max(bound, -count - 1) + count : bound
    return min(max(place, limits.low), limits.high)
  }
  let start = clamped(bounds.start, step > 0 ? 0 : count - 1)
  let stop = clamped(bounds.stop, step > 0 ? count : -1)
  // A step longer than the whole takes one element.
  let stride = min(max(step, -count - 1), count + 1)
  return Array(Swift.stride(from: start, to: stop, by: stride))
}
