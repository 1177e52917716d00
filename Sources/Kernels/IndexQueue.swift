import Synchronization

/// The indices below a count, handed out in ascending order until one of them fails.
final class IndexQueue<Failure: Error>: Sendable {
  private let count: Int
  private let following = Atomic(0)
  private let stopped = Atomic(false)
  private let first = Mutex<(index: Int, error: Failure)?>(nil)

  init(count: Int) {
    self.count = count
  }

  /// The next index, or nil when none is left or one has failed.
  func next() -> Int? {
    guard !stopped.load(ordering: .relaxed) else { return nil }
    let index = following.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }

  /// Hands out nothing more, and keeps `error` if no lower index has failed.
  ///
  /// Every index lower than a failed one has been handed out before it and is finished by its
  /// thread, so the lowest failure of all is kept in the end.
  func stop(at index: Int, with error: Failure) {
    stopped.store(true, ordering: .relaxed)
    first.withLock { kept in
      if let lowest = kept?.index, lowest < index { return }
      kept = (index, error)
    }
  }

  /// The error of the lowest index that failed.
  var failure: Failure? {
    first.withLock { $0?.error }
  }
}
