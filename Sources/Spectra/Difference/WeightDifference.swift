import Adapters
import Containers
import Kernels
import Synchronization
import Tensors

/// What was added to one tensor: the tuned values less the base's.
package struct WeightDifference: Sendable {
  /// The tensor in the base.
  package let entry: TensorEntry
  /// Tuned − base in f32, and nothing when no byte differs; of f64 tensors rounded once, of narrower ones exact unless their exponents
  /// are more than a dozen apart.
  package let values: [Float]
  /// Whether any byte differs, or any value where the types do.
  package let isChanged: Bool

  /// The difference as a matrix: the first dimension is the rows, all others the columns.
  package var matrix: DenseMatrix {
    let (rows, columns) = ModuleUpdate.matrix(entry.shape)
    return DenseMatrix(rows: rows, columns: columns, values: values)
  }
}

extension CheckpointPair {
  /// Makes sure that both have the same tensors, of the same shapes and of types to compute with.
  ///
  /// - Throws: `ErrorList` with every tensor that is missing or of another form.
  package func requireSameTensors() throws(ErrorList) {
    var errors: [any ReportableError] = onlyInBase.map {
      ContainerError(
        file: other.path, tensor: $0.name, .checkpoint(.missingCounterpart(base.path)))
    }
    errors += onlyInOther.map {
      ContainerError(
        file: base.path, tensor: $0.name, .checkpoint(.missingCounterpart(other.path)))
    }
    for member in members {
      let (wanted, found) = (member.base.entry, member.other.entry)
      let areNumbers = wanted.type.floatFormat != nil && found.type.floatFormat != nil
      guard wanted.shape != found.shape || wanted.type != found.type && !areNumbers else {
        continue
      }
      errors.append(
        ContainerError(
          file: other.path, tensor: found.name,
          .checkpoint(
            .otherForm(
              expected: "\(wanted.type.rawValue) \(wanted.shape)",
              found: "\(found.type.rawValue) \(found.shape)"))))
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
  }

  /// Reads one tensor of both and subtracts.
  ///
  /// - Parameters:
  ///   - member: One of `members`, of a type to compute with and of one shape.
  ///   - digests: Is told of the base's chunks, under this position.
  /// - Returns: The difference, held in memory in f32.
  /// - Throws: `AdapterError.tensor` for a NaN or an infinity; what reading throws.
  package func difference(
    of member: Member, digests: (builder: FingerprintBuilder, position: Int)? = nil
  ) throws -> WeightDifference {
    let entry = member.base.entry
    guard let format = entry.type.floatFormat, let otherFormat = member.other.entry.type.floatFormat
    else { preconditionFailure("a difference of what is no number") }
    let count = entry.shape.elementCount
    // Made for the first piece that differs: most tensors of most pairs do not.
    let values = Mutex<[Float]?>(nil)
    try read(member) { piece, base, tuned, scratch in
      digests?.builder.record(chunk: piece, ofTensor: digests?.position ?? 0, bytes: base)
      guard !base.hasSameBytes(as: tuned) else { return }
      subtract(base, format, from: tuned, otherFormat, &scratch)
      guard format == otherFormat || scratch.first.contains(where: { $0 != 0 }) else { return }
      let start = piece * (Fingerprint.chunkSize / format.byteCount) * 4
      scratch.first.withBytes { part in
        values.withLock { values in
          var kept = values.take() ?? [Float](repeating: 0, count: count)
          kept.withMutableBytes { $0.copy(part, at: start) }
          values = kept
        }
      }
    }
    let found = values.withLock { $0.take() }
    let difference = WeightDifference(
      entry: entry, values: found ?? [], isChanged: found != nil)
    try refuseNonFinite(difference, of: member)
    return difference
  }

  /// Whether any byte of a tensor differs, or any value where the types do.
  ///
  /// - Parameters:
  ///   - member: One of `members`.
  ///   - digests: Is told of the base's chunks, under this position.
  /// - Returns: Whether the two differ.
  /// - Throws: What reading throws.
  package func isChanged(
    _ member: Member, digests: (builder: FingerprintBuilder, position: Int)? = nil
  ) throws -> Bool {
    let (type, other) = (member.base.entry.type, member.other.entry.type)
    let isChanged = Mutex(false)
    try read(member) { piece, base, tuned, scratch in
      digests?.builder.record(chunk: piece, ofTensor: digests?.position ?? 0, bytes: base)
      let isEqual =
        type == other
        ? base.hasSameBytes(as: tuned) : areEqual(base, type, tuned, other, &scratch)
      if !isEqual { isChanged.withLock { $0 = true } }
    }
    return isChanged.withLock { $0 }
  }

  private func refuseNonFinite(_ difference: WeightDifference, of member: Member) throws {
    let index = difference.values.withBytes { FloatScan.firstNonFinite(in: $0, format: .f32) }
    guard let index else { return }
    let tuned = try other.shards[member.other.shard].file.tensor(member.other.entry)
    let isTuned = tuned.doubles.map { !$0[index].isFinite } ?? true
    let value = difference.values[index]
    throw AdapterError.tensor(
      file: isTuned ? other.path : base.path, name: member.name,
      problem: "element \(index) is not finite, and the difference there is \(value); "
        + "the checkpoint is damaged or its training diverged")
  }
}

/// Whether numbers of two types are the same ones.
private func areEqual(
  _ base: RawSpan, _ type: DType, _ tuned: RawSpan, _ other: DType, _ scratch: inout PairScratch
) -> Bool {
  guard let format = type.floatFormat, let otherFormat = other.floatFormat else { return false }
  subtract(base, format, from: tuned, otherFormat, &scratch)
  return scratch.first.allSatisfy { $0 == 0 }
}

/// `tuned` − `base`, each element rounded once to f32, in `scratch.first`.
private func subtract(
  _ base: RawSpan, _ format: FloatFormat, from tuned: RawSpan, _ tunedFormat: FloatFormat,
  _ scratch: inout PairScratch
) {
  guard format == .f64 || tunedFormat == .f64 else {
    FloatCoding.decode(tuned, as: tunedFormat, into: &scratch.first)
    FloatCoding.decode(base, as: format, into: &scratch.second)
    for index in scratch.first.indices { scratch.first[index] -= scratch.second[index] }
    return
  }
  let (left, right) = (
    FloatCoding.doubles(of: base, as: format), FloatCoding.doubles(of: tuned, as: tunedFormat)
  )
  scratch.first = left.indices.map { Float(right[$0] - left[$0]) }
}
