import Containers
import Kernels
import Models
import Synchronization
import Tensors

/// Holds the tensors that the adapters leave alone against the base's.
struct OthersAudit {
  let base: StoredWeights
  let merged: StoredWeights
  let threads: Int

  /// What is not as in the base.
  struct Findings {
    var others: [AuditedOther] = []
    var equalCount = 0
    /// Elements of those.
    var equalElements = 0
  }

  /// Looks at every tensor of the base that is not `touched`, and at what the base does not have.
  ///
  /// - Parameters:
  ///   - touched: Names in the base.
  ///   - tied: An embedding and the output layer that is the same matrix.
  ///   - onProgress: Called with the bytes of the base done since the last call.
  /// - Returns: What was found.
  /// - Throws: What reading throws.
  func run(
    besides touched: Set<ExactString>, tied: TiedWeights?,
    onProgress: (@Sendable (Int) -> Void)? = nil
  ) throws -> Findings {
    var findings = Findings()
    for entry in base.entries where !touched.contains(ExactString(entry.name)) {
      if let found = try finding(entry, tied) {
        findings.others.append(found)
      } else {
        findings.equalCount += 1
        findings.equalElements += entry.shape.elementCount
      }
      onProgress?(entry.byteCount)
    }
    let known = Set(
      base.entries.compactMap { merged.entry(for: $0.name)?.name }.map(ExactString.init))
    for entry in merged.entries where !known.contains(ExactString(entry.name)) {
      if touched.contains(ExactString(entry.name)) { continue }
      findings.others.append(try extra(entry, tied))
    }
    return findings
  }

  private func finding(_ entry: TensorEntry, _ tied: TiedWeights?) throws -> AuditedOther? {
    if entry.type.floatFormat != nil, merged.unreadCodes(of: entry.name) != nil {
      return AuditedOther(
        name: entry.name, verdict: .coded, detail: "of a layout that is not read")
    }
    guard let found = merged.entry(for: entry.name) else { return try missing(entry) }
    let areNumbers = entry.type.floatFormat != nil && found.type.floatFormat != nil
    guard entry.shape == found.shape, entry.type == found.type || areNumbers else {
      return AuditedOther(
        name: entry.name, verdict: .otherForm,
        detail: "\(entry.type.rawValue) \(entry.shape) in the base, "
          + "\(found.type.rawValue) \(found.shape) here")
    }
    let (old, new) = (try base.weight(entry), try merged.weight(found))
    guard areNumbers else { return try comparedBytes(old, new) }
    let subject = AuditSubject(
      name: entry.name, base: old, merged: new, update: .none(entry.shape.elementCount))
    var trial = Trial(
      subject: subject, explanation: .untouched(1),
      arithmetics: MergeArithmetic.all(
        base: subject.formats.base, result: subject.formats.merged, additions: 1,
        isWeighted: false
      ).filter { $0.factors == nil && $0.delta == nil && $0.order == .together },
      threads: threads)
    if try trial.run().fits { return nil }
    if new.isCoded, !old.isCoded, try isRoundedToCodes(subject) {
      return AuditedOther(name: entry.name, verdict: .coded)
    }
    trial.stopsEarly = false
    let outcome = try trial.run()
    return changed(entry, outcome.misfits[outcome.best])
  }

  private func missing(_ entry: TensorEntry) throws -> AuditedOther {
    if Self.isBuffer(entry.name) { return AuditedOther(name: entry.name, verdict: .buffer) }
    // Who ties two weights that a base stores twice, stores them once.
    if try merged.checkpoint.configuration?.isTied == true,
      let name = TiedWeights.embedding(ofHead: entry.name), let shared = base.entry(for: name),
      shared.shape == entry.shape, shared.type == entry.type,
      try comparedBytes(try base.weight(shared), try base.weight(entry)) == nil
    {
      return AuditedOther(name: entry.name, verdict: .tiedCopy)
    }
    return AuditedOther(name: entry.name, verdict: .missing)
  }

  private func changed(_ entry: TensorEntry, _ count: Int) -> AuditedOther {
    AuditedOther(
      name: entry.name, verdict: .changed,
      detail: "\(count) of \(entry.shape.elementCount) elements differ", differingCount: count)
  }

  private func comparedBytes(_ old: StoredWeight, _ new: StoredWeight) throws -> AuditedOther? {
    let (count, step) = (old.elementCount, AuditSubject.pieceSize)
    var differing = 0
    for start in stride(from: 0, to: count, by: step) {
      let range = start..<min(start + step, count)
      let (left, right) = (try old.bytes(range), try new.bytes(range))
      differing +=
        DifferingElements.indices(
          left, right, elementSize: max(1, old.entry.type.bitCount / 8)
        ).count
    }
    return differing > 0 ? changed(old.entry, differing) : nil
  }

  /// Whether the change is as small as rounding to four bits makes it.
  private func isRoundedToCodes(_ subject: AuditSubject) throws -> Bool {
    var (lost, squares) = (0.0, 0.0)
    for range in subject.sample() {
      let (before, after) = (try subject.base.doubles(range), try subject.merged.doubles(range))
      for (old, new) in zip(before, after) {
        lost += (new - old) * (new - old)
        squares += old * old
      }
    }
    return lost <= 0.04 * squares
  }

  private func extra(_ entry: TensorEntry, _ tied: TiedWeights?) throws -> AuditedOther {
    if Self.isBuffer(entry.name) { return AuditedOther(name: entry.name, verdict: .buffer) }
    if CodedWeights.isCodes(entry) || isBesideCodes(entry.name) {
      return AuditedOther(name: entry.name, verdict: .coded)
    }
    if let tied, entry.name == tied.head, let shared = merged.entry(for: tied.embedding),
      shared.shape == entry.shape, shared.type == entry.type,
      try comparedBytes(try merged.weight(shared), try merged.weight(entry)) == nil
    {
      return AuditedOther(name: entry.name, verdict: .tiedCopy)
    }
    let isAdapter = [".lora_A.", ".lora_B.", "lora_magnitude_vector"].contains {
      entry.name.contains($0)
    }
    return AuditedOther(
      name: entry.name, verdict: .extra,
      detail: isAdapter ? "a tensor of an adapter, which was saved and not merged" : nil)
  }

  /// Whether a tensor lies beside codes of one of the base's weights.
  private func isBesideCodes(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    let weight = name[..<dot] + ".weight"
    return base.entry(for: String(weight)) != nil && merged.unreadCodes(of: String(weight)) != nil
  }

  private static func isBuffer(_ name: String) -> Bool {
    [".inv_freq", ".attn.bias", ".attn.masked_bias", ".position_ids"].contains {
      name.hasSuffix($0)
    }
  }
}

extension AuditedUpdate {
  /// Nothing on so many elements.
  fileprivate static func none(_ count: Int) -> AuditedUpdate {
    AuditedUpdate(slabs: [[nil]], rows: 1, columns: max(1, count))
  }
}
