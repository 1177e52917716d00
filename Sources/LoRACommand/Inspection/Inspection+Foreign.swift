import Adapters
import Containers
import Models
import Tensors

extension Inspection {
  /// What an adapter in another dialect than PEFT's is; it has been read whole.
  init(_ foreign: ForeignAdapter, isFolder: Bool) {
    path = foreign.adapter.file
    kind = .adapter
    form = isFolder ? .folder : .file
    switch foreign.compression {
    case .gzip: compression = "gzip"
    case .blockedGzip: compression = "blocked gzip"
    case nil, .some(.none): compression = nil
    }
    fileSize = foreign.fileSize
    tensors = foreign.tensors.map { name, type, shape in
      InspectedTensor(
        name: name, type: type, shape: shape, byteCount: shape.byteCount(of: type) ?? 0,
        parameterCount: shape.elementCount)
    }
    metadata = foreign.metadata.map { ($0.key, $0.value) }
    adapter = AdapterSummary(
      outline: AdapterOutline(foreign.adapter), parameterCount: foreign.adapter.parameterCount,
      byteCount: tensors.reduce(0) { $0 + $1.byteCount },
      baseFingerprint: foreign.metadata[MetadataKey.baseFingerprint])
  }
}

extension Inspector {
  /// Looks at an adapter in another dialect than PEFT's; nil when there is none at `path`.
  func inspectForeign(_ path: String) throws -> Inspection? {
    guard let foreign = try AdapterFile.foreign(path) else { return nil }
    var inspection = Inspection(foreign, isFolder: Folder.exists(path))
    let base = try self.base.map { try Checkpoint.open($0) }
    inspection.adapter?.base = base.map { Inspection.Size($0) }
    inspection.adapter?.zeroModuleCount = foreign.adapter.idleModuleCount
    guard checksContent else { return inspection }
    // Reading it has looked at every number already.
    inspection.check = ContentCheck(
      byteCount: inspection.tensors.reduce(0) { $0 + $1.byteCount }, nonFinite: [],
      fingerprint: foreign.adapter.fingerprint)
    try checkAdapter(&inspection, beside: base)
    return inspection
  }
}
