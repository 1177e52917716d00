import CKernels

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Work shared out over threads of the operating system.
///
/// Threads live as long as the call. Each takes the next index from one counter, so the order in
/// which indices begin is ascending, and which thread gets which is a matter of time. A thread that
/// the system refuses is done without.
package enum Parallel {
  /// Cores that this process may run on: those of its affinity mask, not those of the machine.
  package static let coreCount = Int(lora_core_count())

  /// Lets other threads go first, for one that waits for little.
  package static func yield() { sched_yield() }

  /// Calls `body` once for each index below `count`, on up to `threads` threads.
  ///
  /// After the first error no further index is begun; those begun are finished. The error thrown is
  /// that of the lowest failing index of all, whatever the number of threads.
  package static func forEach<Failure: Error>(
    count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    try forEachWorker(count: count, threads: threads) { (_, index) throws(Failure) in
      try body(index)
    }
  }

  /// Calls `body` as `forEach` does, with the number of the thread as its first argument.
  ///
  /// The numbers are those below `min(count, threads)`, and no two calls with the same number run
  /// at one time: they may share a buffer.
  package static func forEachWorker<Failure: Error>(
    count: Int, threads: Int,
    _ body: @Sendable (_ worker: Int, _ index: Int) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count >= 0 && threads >= 1, "nothing to share out")
    let workers = min(count, threads)
    guard workers > 0 else { return }
    let queue = IndexQueue<Failure>(count: count)
    withoutActuallyEscaping(body) { body in
      run(workers: workers) { worker in
        while let index = queue.next() {
          do throws(Failure) {
            try body(worker, index)
          } catch {
            queue.stop(at: index, with: error)
          }
        }
      }
    }
    if let failure = queue.failure { throw failure }
  }

  /// Runs `body` on the calling thread as worker 0 and on `workers - 1` further threads, and waits
  /// for all of them.
  private static func run(workers: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var threads: [Thread] = []
    for worker in 1..<max(workers, 1) {
      guard let thread = Thread(running: { body(worker) }) else { break }
      threads.append(thread)
    }
    body(0)
    for thread in threads { thread.join() }
  }
}
