import ArgumentParser
import JSON

/// A warm-up as it is given: steps, or a share of the run's steps as `0.1` or `10%`.
enum WarmupArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case steps(Int)
  /// At least 0 and below 1.
  case share(Double)

  init?(argument: String) {
    if let steps = Int(argument) {
      guard steps >= 0 else { return nil }
      self = .steps(steps)
      return
    }
    let percent = argument.hasSuffix("%")
    guard let number = Double(percent ? String(argument.dropLast()) : argument) else { return nil }
    let share = percent ? number / 100 : number
    guard share >= 0, share < 1 else { return nil }
    self = .share(share)
  }

  /// The warm-up of a run of `total` steps; a share is rounded up, as transformers does.
  func steps(of total: Int) -> Int {
    switch self {
    case .steps(let steps): steps
    case .share(let share): Int((share * Double(total)).rounded(.up))
    }
  }

  var description: String {
    switch self {
    case .steps(let steps): "\(steps)"
    case .share(let share): "\(share)"
    }
  }

  /// As `--config` takes it.
  var setting: JSONValue {
    switch self {
    case .steps(let steps): .number(steps)
    case .share(let share): .number(share)
    }
  }

  var defaultValueDescription: String { description }
}
