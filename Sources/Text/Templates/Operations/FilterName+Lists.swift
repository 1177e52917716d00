import Tensors

extension FilterName {
  /// The filters that take or give a list.
  func listFiltered(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    switch self {
    case .length, .count:
      if case .generator = value { throw TemplateFailure("a generator has no length") }
      return .int(try value.elements().count)
    case .list: return .list(try value.elements())
    case .first: return try value.elements().first ?? .undefined(what: "there is no first element")
    case .last: return try value.elements().last ?? .undefined(what: "there is no last element")
    case .join: return .string(try joined(value, &arguments))
    case .items: return .list(try pairs(value))
    case .reverse:
      if case .string(let text) = value {
        return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      }
      return .list(try value.elements().reversed())
    case .dictsort: return .list(try sortedPairs(value, &arguments))
    case .sort: return .list(try sorted(value, &arguments))
    case .unique: return .list(try distinct(value, &arguments))
    case .sum: return try summed(value, &arguments)
    default: return try extreme(value, &arguments)
    }
  }

  /// `map`, `select` and their kin.
  func chosen(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    // Of nothing they make nothing, be it none or zero.
    let elements = value.isTrue ? try value.elements() : []
    guard self != .map else { return .generator(try mapped(elements, &arguments)) }
    let path = self == .selectattr || self == .rejectattr ? try arguments.requiredText("name") : nil
    let name = try arguments.text("test")
    let test = name.flatMap { TestName(rawValue: $0) }
    if let name, test == nil {
      throw TemplateFailure("the test \"\(escaped(name))\" is not supported")
    }
    let rest = arguments.takePositional()
    var result: [TemplateValue] = []
    for element in elements {
      let examined =
        try path.map { (path) throws(TemplateFailure) in
          try element.value(at: path)
        } ?? element
      let holds =
        try test?.holds(for: examined, CallArguments(of: name ?? "", rest)) ?? examined.isTrue
      if holds == (self == .select || self == .selectattr) { result.append(element) }
    }
    return .generator(result)
  }
}

private func mapped(
  _ elements: [TemplateValue], _ arguments: inout CallArguments
) throws(TemplateFailure) -> [TemplateValue] {
  var result: [TemplateValue] = []
  let filterName = try arguments.text("filter")
  guard let filterName else {
    let path = try arguments.requiredText("attribute")
    let other = try arguments.next("default")
    for element in elements {
      let value = try element.value(at: path)
      result.append(value.isUndefined ? other ?? value : value)
    }
    return result
  }
  guard let filter = FilterName(rawValue: filterName) else {
    throw TemplateFailure("the filter \"\(escaped(filterName))\" is not supported")
  }
  let (rest, named) = (arguments.takePositional(), arguments.takeNamed())
  for element in elements {
    result.append(
      try filter.applied(to: element, CallArguments(of: filterName, rest, named: named)))
  }
  return result
}

private func joined(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> String {
  let separator = try arguments.next("d")?.text ?? ""
  let path = try arguments.text("attribute")
  var texts: [String] = []
  for element in try value.elements() {
    guard let path else {
      texts.append(element.text)
      continue
    }
    texts.append(try element.value(at: path).text)
  }
  return texts.joined(separator: separator)
}

private func pairs(_ value: TemplateValue) throws(TemplateFailure) -> [TemplateValue] {
  switch value {
  case .undefined: return []
  case .dictionary(let members):
    return members.map { .tuple([$0.key.value, $0.value]) }
  default: throw TemplateFailure("a \(value.typeName) has no items; expected a dict")
  }
}

private func sortedPairs(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> [TemplateValue] {
  let isExact = try arguments.flag("case_sensitive") ?? false
  let column = try arguments.text("by") ?? "key"
  guard column == "key" || column == "value" else {
    throw TemplateFailure("dictsort: \"by\" is \"key\" or \"value\"")
  }
  let descends = try arguments.flag("reverse") ?? false
  let all = try pairs(value)
  return try sorted(all, descending: descends) { (pair) throws(TemplateFailure) in
    let parts = try pair.elements()
    return folded(parts[column == "key" ? 0 : 1], isExact)
  }
}

private func sorted(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> [TemplateValue] {
  let descends = try arguments.flag("reverse") ?? false
  let isExact = try arguments.flag("case_sensitive") ?? false
  let path = try arguments.text("attribute")
  return try sorted(try value.elements(), descending: descends) {
    (element) throws(TemplateFailure) in
    guard let path else { return folded(element, isExact) }
    return folded(try element.value(at: path), isExact)
  }
}

/// Jinja sorts words without regard to case unless it is asked to.
private func folded(_ value: TemplateValue, _ isExact: Bool) -> TemplateValue {
  guard !isExact, case .string(let text) = value else { return value }
  return .string(text.lowercased())
}

/// A stable sort by what `key` makes of each.
private func sorted(
  _ elements: [TemplateValue], descending: Bool,
  by key: (TemplateValue) throws(TemplateFailure) -> TemplateValue
) throws(TemplateFailure) -> [TemplateValue] {
  var keys: [TemplateValue] = []
  for element in elements { keys.append(try key(element)) }
  do {
    return try elements.indices.sorted { left, right in
      let isBefore =
        try descending ? keys[right].precedes(keys[left]) : keys[left].precedes(keys[right])
      let isAfter =
        try descending ? keys[left].precedes(keys[right]) : keys[right].precedes(keys[left])
      return isBefore || (!isAfter && left < right)
    }.map { elements[$0] }
  } catch let failure as TemplateFailure {
    throw failure
  } catch {
    preconditionFailure("only a comparison fails")
  }
}

private func distinct(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> [TemplateValue] {
  let isExact = try arguments.flag("case_sensitive") ?? false
  let path = try arguments.text("attribute")
  var (seen, result) = ([TemplateValue](), [TemplateValue]())
  for element in try value.elements() {
    var key = element
    if let path { key = try element.value(at: path) }
    key = folded(key, isExact)
    guard !seen.contains(where: { $0.equals(key) }) else { continue }
    seen.append(key)
    result.append(element)
  }
  return result
}

private func summed(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> TemplateValue {
  let path = try arguments.text("attribute")
  var sum = try arguments.next("start") ?? .int(0)
  for element in try value.elements() {
    var term = element
    if let path { term = try element.value(at: path) }
    sum = try sum.combined(.add, term)
  }
  return sum
}

extension FilterName {
  /// The least or the largest, without regard to case unless it is asked for.
  fileprivate func extreme(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    let isExact = try arguments.flag("case_sensitive") ?? false
    let path = try arguments.text("attribute")
    let all = try sorted(try value.elements(), descending: self == .max) {
      (element) throws(TemplateFailure) in
      guard let path else { return folded(element, isExact) }
      return folded(try element.value(at: path), isExact)
    }
    return all.first ?? .undefined(what: "there is no element")
  }
}
