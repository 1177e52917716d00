import OrderedCollections
import Tensors

/// The functions that every template is given, by Jinja or by transformers.
enum GlobalFunction: String, CaseIterable {
  case dict, namespace, range
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
}

extension GlobalFunction {
  /// Numbers that `range` makes at most, as in Jinja's sandbox.
  private static let rangeLimit = 100_000

  /// Calls the function; `moment` is what `strftime_now` tells.
  func called(
    _ arguments: CallArguments, at moment: TemplateMoment
  ) throws(TemplateFailure) -> TemplateValue {
    var arguments = arguments
    let result: TemplateValue
    switch self {
    case .raiseException: throw .raised(try arguments.required("message").text)
    case .strftimeNow:
      result = .string(try moment.formatted(try arguments.requiredText("format")))
    case .range: result = try Self.range(arguments.takePositional())
    case .dict, .namespace:
      var members = try Self.members(arguments.takePositional())
      for (name, value) in arguments.takeNamed() { members[TemplateKey(name)] = value }
      result = self == .dict ? .dictionary(members) : .namespace(TemplateNamespace(members))
    }
    try arguments.finish()
    return result
  }

  private static func members(
    _ values: [TemplateValue]
  ) throws(TemplateFailure) -> TemplateMembers {
    switch values.first {
    case nil: return [:]
    case .dictionary(let members) where values.count == 1: return members
    default: throw TemplateFailure("dict and namespace take a dict or named values here")
    }
  }

  private static func range(_ values: [TemplateValue]) throws(TemplateFailure) -> TemplateValue {
    let numbers = values.compactMap(\.int)
    guard (1...3).contains(values.count), numbers.count == values.count else {
      throw TemplateFailure("range takes one to three ints")
    }
    let start = numbers.count > 1 ? numbers[0] : 0
    let stop = numbers.count > 1 ? numbers[1] : numbers[0]
    let step = numbers.count > 2 ? numbers[2] : 1
    guard step != 0 else { throw TemplateFailure("range: the step is 0") }
    var elements: [TemplateValue] = []
    for number in stride(from: start, to: stop, by: step) {
      guard elements.count < rangeLimit else {
        throw TemplateFailure("range makes more than \(rangeLimit) numbers")
      }
      elements.append(.int(number))
    }
    return .list(elements)
  }
}
