import Containers
import Kernels
import Synchronization
import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite struct LockedFileTests {
  private func problem(_ body: () throws(ContainerError) -> Void) -> InPlaceProblem? {
    do throws(ContainerError) {
      try body()
    } catch {
      if case .inPlace(let problem) = error.problem { return problem }
      Issue.record("another failure: \(error)")
    }
    return nil
  }

  /// Opens `path` on several threads at one instant, and closes it when all have an answer.
  private func race(_ path: String, threads: Int) -> [InPlaceProblem?] {
    let ready = Atomic(0)
    let found = Mutex<[InPlaceProblem?]>([])
    let files = Mutex<[LockedFile]>([])
    Parallel.forEach(count: threads, threads: threads) { _ in
      ready.add(1, ordering: .sequentiallyConsistent)
      while ready.load(ordering: .sequentiallyConsistent) < threads {}
      let answer = problem { () throws(ContainerError) in
        let file = try LockedFile(path)
        files.withLock { $0.append(file) }
      }
      found.withLock { $0.append(answer) }
    }
    return found.withLock { $0 }
  }

  @Test(arguments: [2, 3])
  func `of those that open a file at one instant, one has it and the others know`(
    _ threads: Int
  ) throws {
    try ScratchFolder.with { folder in
      for round in 0..<100 {
        let path = try folder.write("content", to: "file-\(round)")
        let answers = race(path, threads: threads)
        #expect(answers.count { $0 == nil } == 1, "round \(round): \(answers)")
        #expect(answers.count { $0 == .locked } == threads - 1, "round \(round): \(answers)")
      }
    }
  }

  #if !canImport(Darwin)
    @Test func `a file that is mapped is refused until it is not, or with force`() throws {
      try ScratchFolder.with { folder in
        let path = try folder.write("content", to: "file")
        let descriptor = open(path, O_RDONLY)
        let page = unsafe try #require(mmap(nil, 7, PROT_READ, MAP_SHARED, descriptor, 0))
        close(descriptor)
        #expect(problem { () throws(ContainerError) in _ = try LockedFile(path) } == .openElsewhere)
        #expect(
          problem { () throws(ContainerError) in _ = try LockedFile(path, force: true) } == nil)
        unsafe munmap(page, 7)
        #expect(problem { () throws(ContainerError) in _ = try LockedFile(path) } == nil)
      }
    }
  #endif
}
