import Adapters
import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// The tensors of a base that a merge replaces, on their way into its remainder.
struct KeptOriginals: Sendable {
  let base: Checkpoint
  /// The position of the merge in the record of what is merged.
  let step: Int
  let place: RemainderPlace
  /// By the name that stands for them in the result.
  let tensors: OrderedDictionary<ExactString, [Checkpoint.Location]>
  /// Members of `config.json` that the merge changes, as they are before.
  let configuration: OrderedDictionary<String, JSONValue>

  /// Writes them, up to their publishing.
  ///
  /// - Parameters:
  ///   - file: Where to.
  ///   - adapters: What is merged.
  /// - Returns: The writer, to be finished when the merged file is there, and the fingerprint.
  /// - Throws: `ContainerError` when something cannot be read or written.
  func write(
    to file: OutputFile, adapters: [RecordedAdapter]
  ) throws(ContainerError) -> (writer: TensorFileWriter, fingerprint: Fingerprint) {
    let record = OriginalsRecord(
      adapters: adapters, configuration: configuration,
      tensors: tensors.mapValues { $0.map(\.entry.name) })
    let locations = tensors.values.flatMap { $0 }
    let writer = try TensorFileWriter(
      to: .file(file), entries: locations.map { ($0.entry.name, $0.entry.type, $0.entry.shape) },
      metadata: ["format": "pt", MetadataKey.remainder: record.text])
    let builder = FingerprintBuilder(locations.map(\.entry))
    for (number, location) in locations.enumerated() {
      try copy(location, as: number, to: writer, builder)
    }
    try writer.synchronize()
    return (writer, builder.fingerprint())
  }

  private func copy(
    _ location: Checkpoint.Location, as number: Int, to writer: TensorFileWriter,
    _ builder: FingerprintBuilder
  ) throws(ContainerError) {
    let (file, range) = (base.shards[location.shard].file, location.entry.range)
    for chunk in 0..<Fingerprint.chunkCount(range.count) {
      try Interruption.check()
      let start = chunk * Fingerprint.chunkSize
      let size = min(Fingerprint.chunkSize, range.count - start)
      var bytes = [UInt8](repeating: 0, count: size)
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try file.read(at: range.lowerBound + start, into: &bytes)
      }
      try bytes.withBytes { (bytes) throws(ContainerError) in
        builder.record(chunk: chunk, ofTensor: number, bytes: bytes)
        try writer.append(bytes)
      }
    }
  }
}
