import Adapters
import Containers
import Merging
import Models
import Spectra
import Tensors

/// Looks at files: from their headers alone, or at every byte.
package struct Inspector {
  /// The base to compare adapters with.
  package var base: String?
  /// Reads everything and checks it.
  package var checksContent = false
  /// Looks for what stands out in adapters.
  package var audits = false
  /// How many threads inflate compressed blocks.
  package var threads = 1
  package var isQuiet = false

  package init() {}

  /// What is at `path`: a file, a folder, or `-` for standard input.
  ///
  /// A stream is read to its end in any case, so that who writes it can finish.
  ///
  /// - Throws: what opening and reading throw, and `InspectionProblem.dataset` for a CSV file. What
  ///   is wrong with an adapter that can be shown is in the inspection's `problems`.
  package func inspect(_ path: String) throws -> Inspection {
    var inspection = try inspected(path)
    if audits, inspection.audit == nil, inspection.problems.isEmpty {
      inspection.problems.append(
        AdapterError.mismatch(
          file: path,
          problem: inspection.form == .stream
            ? "is a stream; save the adapter to a file to audit it" : "holds no adapter to audit"))
    }
    return inspection
  }

  private func inspected(_ path: String) throws -> Inspection {
    if let foreign = try inspectForeign(path) { return foreign }
    let input = try InspectedFiles(opening: path)
    var inspection = try Inspection(input)
    let base = try inspection.adapter == nil ? nil : self.base.map { try Checkpoint.open($0) }
    inspection.adapter?.base = base.map { Inspection.Size($0) }
    if checksContent || input.form == .stream {
      let check = try ContentCheck(reading: input, threads: threads, quiet: isQuiet)
      if checksContent {
        inspection.check = check
        try checkAdapter(&inspection, beside: base)
      }
    }
    try input.checkUnchanged()
    return inspection
  }

  /// Whether the adapter can be merged at all, and into `base` when there is one.
  func checkAdapter(_ inspection: inout Inspection, beside base: Checkpoint?) throws {
    guard let summary = inspection.adapter else { return }
    let path = inspection.path
    guard inspection.form != .stream else {
      // A stream has been read; what its header and the numbers tell has to do.
      inspection.problems =
        summary.outline.strayNames.map { InspectionProblem.stray(path: path, tensor: $0) }
        + (inspection.check?.nonFinite ?? []).map {
          InspectionProblem.nonFinite(path: path, tensor: $0.tensor, count: $0.count)
        }
      return
    }
    do {
      let adapter = try AdapterFile.open(path)
      inspection.adapter?.zeroModuleCount = adapter.idleModuleCount
      if audits { inspection.audit = try AdapterAudit(adapter, threads: threads) }
      guard let base else { return }
      _ = try MergePlan(
        [WeightedAdapter(adapter)], into: base.entries, configuration: base.configuration)
      try checkFingerprint(of: base, wantedBy: adapter)
    } catch let error as any ReportableError {
      try Interruption.check()
      inspection.problems.append(error)
    }
  }

  private func checkFingerprint(of base: Checkpoint, wantedBy adapter: Adapter) throws {
    guard adapter.baseFingerprint != nil, base.form != .stream else { return }
    let found = try base.fingerprint(threads: threads)
    let before = try MergedState(metadata: base.metadata, file: base.path)?.base
    guard let wanted = adapter.otherBase(than: found, or: before) else { return }
    throw InspectionProblem.otherBase(
      path: adapter.file, base: base.path, expected: wanted, found: found)
  }
}

extension Inspection.Size {
  init(_ checkpoint: Checkpoint) {
    self.init(
      path: checkpoint.path,
      parameterCount: ParameterCounts(of: checkpoint).total(of: checkpoint.entries),
      byteCount: checkpoint.dataSize)
  }
}
