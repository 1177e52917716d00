import Adapters
import Containers
import Merging
import Models
import Tensors

extension Inspection {
  /// What the headers of `input` tell.
  ///
  /// - Throws: `AdapterError` when the record of a merge cannot be read.
  init(_ input: InspectedFiles) throws {
    let first = input.files[0].file
    let state = try MergedState(metadata: first.header.metadata, file: input.path)
    path = input.path
    kind = input.configuration != nil ? .adapter : state != nil ? .merged : .checkpoint
    form = input.form
    switch first.compression {
    case .none: compression = nil
    case .gzip: compression = "gzip"
    case .blockedGzip: compression = "blocked gzip"
    }
    let sizes = input.files.map(\.file.fileSize)
    fileSize = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
    tensors = input.files.flatMap { shard, file in
      file.header.entries.map { entry in
        InspectedTensor(
          name: entry.name, type: entry.type, shape: entry.shape, byteCount: entry.byteCount,
          parameterCount: input.parameters[entry], shard: shard)
      }
    }
    metadata = (first.header.metadata ?? [:]).map { ($0.key, $0.value) }
    layouts = input.parameters.layouts
    merged = state.map { MergedSummary($0, of: input) }
    adapter = input.configuration.map { configuration in
      AdapterSummary(
        outline: AdapterOutline(input.entries, configuration),
        parameterCount: input.entries.reduce(0) { $0 + $1.shape.elementCount },
        byteCount: input.dataSize,
        baseFingerprint: first.header.metadata?[MetadataKey.baseFingerprint])
    }
  }
}

extension MergedSummary {
  init(_ state: MergedState, of input: InspectedFiles) {
    baseFingerprint = state.base?.description
    parts = state.adapters.map { adapter in
      Part(
        path: adapter.path, weight: adapter.weight, fingerprint: adapter.fingerprint.description)
    }
    let folder =
      switch input.form {
      case .file: Folder.parent(of: input.path)
      case .stream: ""
      case .folder, .shardedFolder: input.path
      }
    remainders = state.steps.compactMap { step in
      RemainderSummary(of: step, inFolder: folder, entries: input.entries)
    }
  }
}
