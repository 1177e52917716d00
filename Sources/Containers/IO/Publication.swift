/// An output that is written and waits for its name.
protocol NamedOutput: Sendable {
  /// Checks that all of it is there, and brings it to the disk.
  func complete() throws(ContainerError)
  /// Takes the name. With `revocably`, what bore it gets the temporary's name where the file system
  /// can do that.
  func takeName(revocably: Bool) throws(ContainerError)
  /// Gives the name back to what bore it; false when that is gone.
  func returnName() -> Bool
  /// Removes what bore the name and brings the names to the disk; the output has its place already.
  func settle() throws(ContainerError)
  /// Removes what was written, unless it has its name.
  func discard()
  /// Leaves what was written under its temporary name.
  func abandon()
}

/// Gives outputs that belong together their names.
enum Publication {
  /// Publishes `outputs` in this order: all of them, or none.
  ///
  /// Killed between two names, a first one has its name and a later one still its temporary.
  ///
  /// - Throws: nothing is published then, unless the problem says otherwise.
  static func publish(_ outputs: [any NamedOutput]) throws(ContainerError) {
    var named: [any NamedOutput] = []
    do throws(ContainerError) {
      for output in outputs { try output.complete() }
      for output in outputs {
        try output.takeName(revocably: outputs.count > 1)
        named.append(output)
      }
    } catch {
      let areReturned = named.reversed().map { $0.returnName() }.allSatisfy(\.self)
      if areReturned {
        for output in outputs { output.discard() }
        throw error
      }
      // What a first one now stands for needs the others: they are found under their temporaries.
      for output in outputs { output.abandon() }
      throw ContainerError(file: error.file, .output(.separated(cause: "\(error.text)")))
    }
    var failure: ContainerError?
    for output in outputs {
      do throws(ContainerError) {
        try output.settle()
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}
