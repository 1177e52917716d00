import OrderedCollections
import Tensors

extension InPlaceTarget {
  /// The files with their headers as they are, and as they become with other metadata.
  ///
  /// - Parameters:
  ///   - additions: Entries to set in each file's metadata; an empty text removes one.
  ///   - updates: The same, where the value is only now known.
  /// - Returns: The files in the order of the shards.
  /// - Throws: `InPlaceProblem.headerDoesNotFit`.
  package func files(
    setting additions: OrderedDictionary<String, String>,
    updating updates: OrderedDictionary<String, String> = [:]
  ) throws(ContainerError) -> [JournalContents.File] {
    var company = CheckpointCompany(like: checkpoint, sharding: .asBefore)
    company.metadata = additions.merging(updates) { _, new in new }
    var result: [JournalContents.File] = []
    for (index, file) in files.enumerated() {
      let header = checkpoint.shards[index].file.header
      var old = [UInt8](repeating: 0, count: header.dataStart)
      try old.withMutableBytes { (bytes) throws(ContainerError) in
        try file.read(at: 0, into: &bytes)
      }
      result.append(
        JournalContents.File(
          name: Folder.name(of: file.path), size: file.size, header: old,
          newHeader: try newHeader(
            header, metadata: company.metadata(ofShard: index), path: file.path)))
    }
    return result
  }

  private func newHeader(
    _ header: SafetensorsHeader, metadata: OrderedDictionary<String, String>, path: String
  ) throws(ContainerError) -> [UInt8] {
    let result: (bytes: [UInt8], needed: Int)
    do throws(HeaderFailure) {
      result = try HeaderWriter.bytes(
        of: header.entries, metadata: metadata, size: header.dataStart)
      // What is written is what a reader will see.
      if result.needed <= header.dataStart {
        _ = try HeaderScanner.header(from: Array(result.bytes[8...]))
      }
    } catch {
      throw ContainerError(file: path, tensor: error.tensor, .header(error.problem))
    }
    guard result.needed <= header.dataStart else {
      throw ContainerError(
        file: path,
        .inPlace(.headerDoesNotFit(needed: result.needed, available: header.dataStart)))
    }
    return result.bytes
  }
}
