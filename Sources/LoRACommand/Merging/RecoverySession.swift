import Adapters
import Containers
import Merging
import Reports
import Tensors

/// Brings interrupted changes in place to an end.
struct RecoverySession {
  /// How it ended.
  enum Outcome: String {
    case nothing = "nothing to recover"
    case undone = "undone: as before the change"
    case finished = "finished: as the change was to make it"
  }

  var force = false
  /// Where the files that the change was given are now, if elsewhere.
  var base: String?
  var adapters: [String] = []
  var remainders: [String] = []
  let threads: ThreadsOption
  let report: ReportOptions

  /// Recovers `path` and says how.
  func run(_ path: String) throws {
    let started = ContinuousClock.now
    let given = try adapters.map(AdapterFile.open)
    let outcome = try recover(try InPlaceTarget(path, force: force), given: given)
    var result = Report()
    result.add("file", "file", .text(path))
    result.add("outcome", "outcome", .text(outcome.rawValue))
    result.add("seconds", "time", .elapsed(since: started))
    try report.show(result)
  }

  /// Opens `path` to change it in place; a change that was interrupted is ended first.
  func openRecovered(_ path: String) throws -> InPlaceTarget {
    do {
      let target = try InPlaceTarget(path, force: force)
      if target.interrupted == nil { return target }
      let outcome = try recover(target, given: [])
      Warnings.say(
        "\(escaped(path)): an interrupted change in place came first; \(outcome.rawValue)")
    }
    return try InPlaceTarget(path, force: force)
  }

  private func recover(_ target: InPlaceTarget, given: [Adapter]) throws -> Outcome {
    guard var recipe = InPlaceRecipe(of: target) else {
      _ = try target.removeIdleJournal()
      return .nothing
    }
    switch try target.settle(threads: threads.count) {
    case .undone: return .undone
    case .finished: return .finished
    case .needsMaker: break
    }
    if let base { try target.checkIsNot(base) }
    let progress = ProgressLine(
      "recovering", total: target.checkpoint.dataSize, format: .binaryBytes, quiet: report.quiet)
    recipe.adapters = given
    recipe.base = base
    recipe.remainders = remainders
    recipe.onProgress = { progress.advance(by: $0) }
    try recipe.finish(threads: threads.count)
    progress.finish()
    return .finished
  }
}
