import Foundation

/// The variables that the tests were started with.
enum Environment {
  static let current = ProcessInfo.processInfo.environment
}
