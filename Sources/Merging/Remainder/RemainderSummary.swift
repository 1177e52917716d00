import Containers
import Tensors

/// A remainder, and how large it is against the weights that it restores.
package struct RemainderSummary: Sendable, Equatable {
  /// Counted from the working directory.
  package let path: String
  /// Of the file; nil when it is not there.
  package let byteCount: Int?
  /// Of the tensors that it restores; nil when it is not there.
  package let targetByteCount: Int?

  /// The file's part of what it restores.
  package var share: Double? {
    guard let byteCount, let targetByteCount, targetByteCount > 0 else { return nil }
    return Double(byteCount) / Double(targetByteCount)
  }

  /// The remainder of `step`, looked at by its header; nil when the step has none.
  ///
  /// - Parameters:
  ///   - step: Of a merged checkpoint's record.
  ///   - folder: What holds the merged file, or the merged folder itself.
  ///   - entries: The merged tensors.
  package init?(of step: MergedState.Step, inFolder folder: String, entries: [TensorEntry]) {
    guard let reference = step.remainder else { return nil }
    path = RelativePath.resolve(reference.path, in: folder)
    guard let file = try? TensorFile.open(path) else {
      byteCount = nil
      targetByteCount = nil
      return
    }
    byteCount = file.fileSize
    targetByteCount = entries.filter { file.header.entry(named: $0.name) != nil }
      .reduce(0) { $0 + $1.byteCount }
  }

  /// The remainder that `step` of an edit of `destination` has written.
  init(_ step: RecordedStep, in destination: CheckpointDestination) {
    switch step.place {
    case .file(let path): self.path = path
    case .inFolder(let name): path = Folder.path(destination.path, name)
    }
    byteCount = step.recorder.fileSize
    targetByteCount = step.recorder.targetByteCount
  }
}
