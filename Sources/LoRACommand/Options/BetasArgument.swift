import ArgumentParser

/// Two shares from 0 to below 1, as `0.9,0.999`.
struct BetasArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
  let first: Double
  let second: Double

  init(_ first: Double, _ second: Double) {
    (self.first, self.second) = (first, second)
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let shares = parts.compactMap { Double($0) }
    guard parts.count == 2, shares.count == 2, shares.allSatisfy({ (0..<1).contains($0) }) else {
      return nil
    }
    (first, second) = (shares[0], shares[1])
  }

  var description: String { "\(first),\(second)" }
  var defaultValueDescription: String { description }
}
