import Dispatch
import Synchronization

/// The threads that one computation may use.
///
/// They are Dispatch's, which are kept between calls: training makes thousands of small products a
/// second, for each of which `Parallel` would start threads of its own.
package struct Workers: Sendable, Hashable {
  package let count: Int

  /// Everything on the calling thread.
  package static let one = Workers(count: 1)

  package init(count: Int) {
    precondition(count > 0, "a computation needs a thread")
    self.count = count
  }

  /// Calls `body` once with each of `0 ..< parts`, in ascending order, as many at the same time as there
  /// are threads, and returns when all are done.
  package func run(_ parts: Int, _ body: (Int) -> Void) {
    guard count > 1, parts > 1 else {
      for part in 0..<parts { body(part) }
      return
    }
    let next = Atomic(0)
    withoutActuallyEscaping(body) { body in
      // Every part of the work touches memory of its own, and all of it ends before the return.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: min(count, parts)) { _ in
        while case let part = next.add(1, ordering: .relaxed).oldValue, part < parts {
          unsafe body(part)
        }
      }
    }
  }
}
