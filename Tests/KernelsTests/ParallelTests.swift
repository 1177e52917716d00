import Kernels
import Synchronization
import Testing

private struct Refusal: Error, Equatable {
  let index: Int
}

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 5, 1000], [1, 2, 3, 16])
  func `every index is visited once`(count: Int, threads: Int) {
    let visits = Mutex([Int](repeating: 0, count: count))
    Parallel.forEach(count: count, threads: threads) { index in
      visits.withLock { $0[index] += 1 }
    }
    #expect(visits.withLock { $0.allSatisfy { $0 == 1 } })
  }

  @Test(arguments: 1...16)
  func `the error of the lowest failing index is thrown, however many threads`(threads: Int) {
    let begun = Mutex<Set<Int>>([])
    #expect(throws: Refusal(index: 300)) {
      try Parallel.forEach(count: 100_000, threads: threads) { (index) throws(Refusal) in
        begun.withLock { _ = $0.insert(index) }
        if index >= 300 { throw Refusal(index: index) }
      }
    }
    let indices = begun.withLock { $0 }
    #expect(indices.isSuperset(of: 0...300))
    #expect(indices.count <= 301 + threads)
  }

  @Test func `a later error does not displace that of a lower index`() {
    let begun = Atomic(0)
    let lowerHasFailed = Atomic(false)
    #expect(throws: Refusal(index: 0)) {
      try Parallel.forEach(count: 2, threads: 2) { (index) throws(Refusal) in
        begun.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while begun.load(ordering: .sequentiallyConsistent) < 2 {}
        if index == 1 {
          while !lowerHasFailed.load(ordering: .sequentiallyConsistent) {}
          // Time for the other thread to hand in its error.
          for _ in 0..<1_000_000 { _ = begun.load(ordering: .sequentiallyConsistent) }
        }
        lowerHasFailed.store(true, ordering: .sequentiallyConsistent)
        throw Refusal(index: index)
      }
    }
  }

  @Test(arguments: [1, 2, 4, 16])
  func `no two calls with one worker's number run at one time`(threads: Int) {
    let busy = Mutex([Bool](repeating: false, count: threads))
    let clashes = Atomic(0)
    Parallel.forEachWorker(count: 2000, threads: threads) { worker, _ in
      if busy.withLock({ $0[worker].exchange(for: true) }) {
        clashes.wrappingAdd(1, ordering: .relaxed)
      }
      _ = busy.withLock { $0[worker].exchange(for: false) }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  @Test func `work may be shared out inside shared work`() {
    let sum = Atomic(0)
    Parallel.forEach(count: 4, threads: 2) { outer in
      Parallel.forEach(count: 10, threads: 3) { inner in
        sum.wrappingAdd(outer * 10 + inner, ordering: .relaxed)
      }
    }
    #expect(sum.load(ordering: .relaxed) == (0..<40).reduce(0, +))
  }

  @Test(arguments: [2, 5])
  func `as many threads run at one time as were asked for`(threads: Int) {
    let present = Atomic(0)
    Parallel.forEach(count: threads, threads: threads) { _ in
      present.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while present.load(ordering: .sequentiallyConsistent) < threads {}
    }
    #expect(present.load(ordering: .relaxed) == threads)
  }
}

extension Bool {
  fileprivate mutating func exchange(for value: Bool) -> Bool {
    let old = self
    self = value
    return old
  }
}
