import Containers
import Kernels
import Synchronization
import Tensors

/// Carries out a plan's edit of one tensor, chunk by chunk.
///
/// The factors are packed when the first chunk arrives and let go after the last, so that at any
/// time only the tensors being worked on are packed.
final class EditTransform: TensorTransform {
  private let edit: TensorEdit
  private let entry: TensorEntry
  private let format: FloatFormat
  private let packed = Mutex<[PackedUpdate?]?>(nil)
  private let scaler = Mutex<MagnitudeScaler?>(nil)

  init(_ edit: TensorEdit, of entry: TensorEntry, format: FloatFormat) {
    self.edit = edit
    self.entry = entry
    self.format = format
  }

  var readsTensorFirst: Bool { edit.magnitude != nil }

  func prepare(_ read: TensorBytes) throws {
    guard let stage = edit.magnitude else { return }
    let update = try packedUpdates()[0]
    // Held for the whole pass: other threads need the result before they can go on.
    try scaler.withLock { scaler in
      guard scaler == nil else { return }
      scaler = try MagnitudeScaler(
        stage, update: update, format: format, size: (edit.rows, edit.columns)
      ) { range, destination in
        if let replacement = edit.replacement {
          replacement.bytes.withBytes { destination.copy($0.extracting(range)) }
        } else {
          try read(range, &destination)
        }
      }
    }
  }

  func apply(
    _ range: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    if let replacement = edit.replacement {
      try replacement.bytes.withBytes { bytes in
        try change(range, from: bytes.extracting(range), into: &destination)
      }
    } else {
      try change(range, from: source, into: &destination)
    }
    replaceRows(range, in: &destination)
  }

  func finish() {
    packed.withLock { $0 = nil }
    scaler.withLock { $0 = nil }
  }

  private func change(
    _ range: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    if let scaler = scaler.withLock({ $0 }) {
      let size = format.byteCount
      scaler.apply(
        (range.lowerBound / size)..<(range.upperBound / size), from: source, into: &destination)
    } else if edit.hasTerms {
      try update(range, from: source, into: &destination)
    } else {
      destination.copy(source)
    }
    try checkFinite(range, before: source, after: destination.bytes)
  }

  private func update(
    _ range: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let updates = try packedUpdates()
    let size = format.byteCount
    let slabBytes = edit.rows * edit.columns * size
    var position = range.lowerBound
    while position < range.upperBound {
      let slab = position / slabBytes
      let start = slab * slabBytes
      let end = min(range.upperBound, start + slabBytes)
      let local = (position - range.lowerBound)..<(end - range.lowerBound)
      let elements = ((position - start) / size)..<((end - start) / size)
      let old = source.extracting(local)
      var new = destination._mutatingExtracting(local)
      if let update = updates[slab] {
        update.apply(to: format, elements: elements, from: old, into: &new)
      } else {
        new.copy(old)
      }
      position = end
    }
  }

  /// Puts in the rows that an adapter brings whole.
  private func replaceRows(_ range: Range<Int>, in destination: inout MutableRawSpan) {
    let rowBytes = edit.columns * format.byteCount
    for (row, bytes) in edit.rowReplacements {
      let place = (row * rowBytes)..<((row + 1) * rowBytes)
      let common = place.clamped(to: range)
      guard !common.isEmpty else { continue }
      let local = (common.lowerBound - range.lowerBound)..<(common.upperBound - range.lowerBound)
      var target = destination._mutatingExtracting(local)
      let brought = (common.lowerBound - place.lowerBound)..<(common.upperBound - place.lowerBound)
      bytes.withBytes { target.copy($0.extracting(brought)) }
    }
  }

  private func packedUpdates() throws -> [PackedUpdate?] {
    try packed.withLock { stored in
      if let stored { return stored }
      let made = try (0..<edit.slabs).map { try edit.packedUpdate(slab: $0, format: format) }
      stored = made
      return made
    }
  }

  private func checkFinite(
    _ range: Range<Int>, before: RawSpan, after: RawSpan
  ) throws(AdapterError) {
    guard let index = FloatScan.firstNewNonFinite(before: before, after: after, format: format)
    else { return }
    let size = format.byteCount
    let bytes = after.extracting((index * size)..<((index + 1) * size))
    throw .nonFinite(
      file: edit.files.joined(separator: ", "), name: entry.name,
      index: range.lowerBound / size + index,
      value: "\(FloatCoding.doubles(of: bytes, as: format)[0])")
  }
}

/// Several transforms of one tensor, one after the other, each rounding its result.
final class TransformSequence: TensorTransform {
  private let steps: [any TensorTransform]

  /// - Parameter steps: At least one.
  init(_ steps: [any TensorTransform]) {
    self.steps = steps
  }

  func apply(
    _ range: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    try steps[0].apply(range, from: source, into: &destination)
    for step in steps.dropFirst() {
      let between = [UInt8](copying: destination.bytes)
      try between.withBytes { try step.apply(range, from: $0, into: &destination) }
    }
  }

  func finish() {
    for step in steps { step.finish() }
  }
}

extension MergePlan {
  /// The transforms that carry the plan out, by tensor name.
  package func transforms() -> [ExactString: any TensorTransform] {
    var result: [ExactString: any TensorTransform] = [:]
    for (name, edit) in edits {
      guard let entry = entry(name), let format = entry.type.floatFormat else { continue }
      result[name] = EditTransform(edit, of: entry, format: format)
    }
    return result
  }
}
