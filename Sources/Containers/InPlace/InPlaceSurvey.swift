import Kernels
import Synchronization
import Tensors

/// Finds out what a rewrite would change in a target, and writes nothing.
package final class InPlaceSurvey: RewriteSink {
  private let target: InPlaceTarget
  /// For each result of the plan: its file, and where its bytes begin there.
  private let places: [(file: Int, offset: Int)]
  private let found = Mutex<[JournalContents.Chunk]>([])

  /// Prepares the survey.
  ///
  /// - Throws: `InPlaceProblem.otherForm` unless the plan's results are the target's tensors, each
  ///   in its type and shape.
  package init(_ plan: RewritePlan, of target: InPlaceTarget) throws(ContainerError) {
    self.target = target
    let results = plan.results
    guard results.count == target.checkpoint.entries.count else {
      throw ContainerError(file: target.checkpoint.path, .inPlace(.otherForm))
    }
    places = try results.map { result throws(ContainerError) in
      guard let own = target.place(of: result) else {
        throw ContainerError(
          file: target.checkpoint.path, tensor: result.name, .inPlace(.otherForm))
      }
      return own
    }
  }

  package var acceptsAnyOrder: Bool { true }

  package func take(_ bytes: RawSpan, ofResult result: Int, at offset: Int) throws {
    let (file, start) = places[result]
    let range = (start + offset)..<(start + offset + bytes.byteCount)
    var old = [UInt8](repeating: 0, count: bytes.byteCount)
    try old.withMutableBytes { (old) throws(ContainerError) in
      try target.files[file].read(at: range.lowerBound, into: &old)
    }
    let digest: Digest? = old.withBytes { old in
      old.hasSameBytes(as: bytes) ? nil : Digest(of: old)
    }
    guard let digest else { return }
    let chunk = JournalContents.Chunk(
      file: file, range: range, old: digest, new: Digest(of: bytes))
    found.withLock { $0.append(chunk) }
  }

  /// What changes, in the order of the files and their bytes.
  package var chunks: [JournalContents.Chunk] {
    found.withLock { $0 }.sorted {
      ($0.file, $0.range.lowerBound) < ($1.file, $1.range.lowerBound)
    }
  }
}

extension InPlaceTarget {
  /// Where the bytes of a tensor begin; nil unless it is here in the same type and shape.
  func place(of entry: TensorEntry) -> (file: Int, offset: Int)? {
    guard let own = checkpoint.location(named: entry.name), own.entry.type == entry.type,
      own.entry.shape == entry.shape
    else { return nil }
    let header = checkpoint.shards[own.shard].file.header
    return (own.shard, header.fileRange(of: own.entry).lowerBound)
  }
}
