import Containers
import Tensors

/// The remainders of one edit, on their way to the disk.
///
/// Those in the output folder are published with it. One beside the result is brought to the disk
/// before the result gets its name, and gets its own right after, or neither gets one: killed in
/// between, it is found under its temporary name (`RemainderFile`).
final class RemainderOutputs {
  private let options: OutputOptions
  /// Where each step's remainder is written; those in a folder that is written anew have no name
  /// before the folder does.
  private var files: [(step: RecordedStep, file: OutputFile, isInNewFolder: Bool)] = []
  private var originals: (tensors: KeptOriginals, file: OutputFile, isInNewFolder: Bool)?

  init(options: OutputOptions) {
    self.options = options
  }

  /// Takes the remainder's place, so that a refusal comes before the work.
  func open(_ step: RecordedStep, in writer: CheckpointWriter) throws(ContainerError) {
    switch step.place {
    case .file(let path):
      files.append((step, try OutputFile(path: path, options: options), false))
    case .inFolder(let name):
      if let file = try writer.makeFile(named: name) { files.append((step, file, true)) }
    }
  }

  /// Takes the place of the tensors of a base that are kept as they are.
  func open(_ tensors: KeptOriginals, in writer: CheckpointWriter) throws(ContainerError) {
    switch tensors.place {
    case .file(let path):
      originals = (tensors, try OutputFile(path: path, options: options), false)
    case .inFolder(let name):
      if let file = try writer.makeFile(named: name) { originals = (tensors, file, true) }
    }
  }

  /// Takes the remainder's place beside a checkpoint that is changed in place.
  ///
  /// - Parameters:
  ///   - step: What is recorded.
  ///   - folder: The checkpoint, when it is a folder.
  ///   - replaced: Remainders of the old state, which may be replaced.
  /// - Throws: `OutputProblem` when the place is taken.
  func open(
    _ step: RecordedStep, inFolder folder: String, replacing replaced: [String]
  ) throws(ContainerError) {
    let path =
      switch step.place {
      case .file(let path): path
      case .inFolder(let name): Folder.path(folder, name)
      }
    var options = options
    if replaced.map(Folder.absolute).contains(Folder.absolute(path)) { options.force = true }
    files.append((step, try OutputFile(path: path, options: options), false))
  }

  /// Gives the finished remainders up to the journal of a change in place.
  func handOver() -> [JournalContents.Move] {
    files.map { _, file, _ in
      let (temporary, path) = file.handOver()
      return JournalContents.Move(Folder.absolute(temporary), to: Folder.absolute(path))
    }
  }

  /// The record with what is known once everything was computed, its remainders written.
  func completed(
    _ state: MergedState?, base: Fingerprint?, _ found: (source: Fingerprint, result: Fingerprint)
  ) throws(ContainerError) -> MergedState? {
    guard var state else { return nil }
    (state.base, state.result) = (base, found.result)
    try write(into: &state, found)
    return state
  }

  /// Writes all remainders, and their fingerprints into the record.
  private func write(
    into state: inout MergedState, _ found: (source: Fingerprint, result: Fingerprint)
  ) throws(ContainerError) {
    for (step, file, isInNewFolder) in files {
      let isFirst = step.number == 0
      let isLast = step.number == state.steps.count - 1
      let record = RemainderRecord(
        base: isFirst ? state.base : nil, merged: isLast ? found.result : nil,
        adapters: state.steps[step.number].adapters, tensors: step.recorder.digests)
      let (writer, fingerprint) = try step.recorder.write(to: file, record: record)
      state.steps[step.number].remainder?.fingerprint = fingerprint
      if isInNewFolder { try writer.finish() }
    }
    guard let (tensors, file, isInNewFolder) = originals else { return }
    let (writer, fingerprint) = try tensors.write(
      to: file, adapters: state.steps[tensors.step].adapters)
    state.steps[tensors.step].remainder?.fingerprint = fingerprint
    if isInNewFolder { try writer.finish() }
  }

  /// The remainders beside the result, which get their names with it.
  var companions: [OutputFile] {
    let files = files.filter { !$0.isInNewFolder }.map(\.file)
    guard let originals, !originals.isInNewFolder else { return files }
    return files + [originals.file]
  }

  func discard() {
    for (_, file, _) in files { file.discard() }
    originals?.file.discard()
  }
}
