import ArgumentParser
import JSON
import Training

/// A warm-up as it is given: steps, or a share of the run's steps as `0.1` or `10%`.
extension Schedule.Warmup: ExpressibleByArgument, SettingValue {
  public init?(argument: String) {
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

  public var defaultValueDescription: String { setting.compactText }

  /// As `--config` takes it.
  var setting: JSONValue {
    switch self {
    case .steps(let steps): .number(steps)
    case .share(let share): .number(share)
    }
  }
}
