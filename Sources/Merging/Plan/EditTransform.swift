import Adapters
import Containers
import Kernels
import Synchronization
import Tensors

/// Carries out a plan's edit of one tensor, a range at a time.
///
/// The factors are packed when the first range arrives and let go after the last, so that at any
/// time only the tensors being worked on are packed.
final class EditTransform: TensorTransform {
  private let edit: TensorEdit
  private let name: String
  /// The base's format, and the one that is written.
  private let format: (source: FloatFormat, result: FloatFormat)
  private let meter: SurvivalMeter?
  private let packed = Mutex<PackedSum?>(nil)
  private let map = Mutex<(any WeightMap)?>(nil)
  /// What the map found out, which outlives it.
  private let kept = Mutex<[UInt8]?>(nil)
  /// Whether a whole pass was measured.
  private let isMeasured = Atomic(false)
  /// A replaced weight in the base's format, when more is done to it.
  private let replacement: [UInt8]?

  init(
    _ edit: TensorEdit, of name: String, format: (source: FloatFormat, result: FloatFormat),
    meter: SurvivalMeter?
  ) {
    self.edit = edit
    self.name = name
    self.format = format
    self.meter = meter
    replacement = edit.hasTerms ? edit.replacement?.converted(to: format.source).bytes : nil
  }

  /// What sums are taken in.
  private var isDouble: Bool { format.source == .f64 || format.result == .f64 }

  var readsTensorFirst: Bool { edit.stage?.readsWeight ?? false }

  func prepare(_ read: TensorBytes) throws {
    guard let stage = edit.stage else { return }
    let place = WeightStage.Place(
      sum: try packedSum(), format: format.source, isDouble: isDouble,
      size: (edit.rows, edit.columns))
    // Held for the whole pass: other threads need the result before they can go on.
    try map.withLock { map in
      guard map == nil else { return }
      let made = try stage.map(on: place, keeping: preparation) { range, destination in
        if let replacement {
          replacement.withBytes { destination.copy($0.extracting(range)) }
        } else {
          try read(range, &destination)
        }
      }
      if let found = made.preparation { kept.withLock { $0 = found } }
      map = made
    }
  }

  var preparation: [UInt8]? { kept.withLock { $0 } }

  func resume(with preparation: [UInt8]) { kept.withLock { $0 = preparation } }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    if let replacement {
      let size = format.source.byteCount
      let range = (elements.lowerBound * size)..<(elements.upperBound * size)
      try replacement.withBytes { bytes in
        try change(elements, from: bytes.extracting(range), into: &destination)
      }
    } else if let whole = edit.replacement {
      replace(elements, by: whole, in: &destination)
    } else {
      try change(elements, from: source, into: &destination)
    }
    replaceRows(elements, in: &destination)
  }

  func finish() {
    packed.withLock { $0 = nil }
    map.withLock { $0 = nil }
    isMeasured.store(true, ordering: .relaxed)
  }

  /// What is added to a range of elements; nil when the edit is more than a sum.
  ///
  /// - Throws: `OutOfMemory` when memory for the packed factors cannot be had.
  func rangeUpdate(of elements: Range<Int>) throws -> RangeUpdate? {
    guard edit.stage == nil, edit.replacement == nil, edit.deltas.isEmpty else { return nil }
    let updates = try packedSum().updates
    return RangeUpdate(
      edit.slabParts(of: elements).map { RangeUpdate.Part(updates[$0.slab], $0.elements) })
  }

  /// Whether `rangeUpdate` says all that is done to a range.
  var isSumOnly: Bool { edit.rowReplacements.isEmpty && format.source == format.result }

  // MARK: Replacing

  private func replace(
    _ elements: Range<Int>, by whole: Tensor, in destination: inout MutableRawSpan
  ) {
    guard let own = whole.type.floatFormat else { return }
    let range = (elements.lowerBound * own.byteCount)..<(elements.upperBound * own.byteCount)
    whole.bytes.withBytes { bytes in
      FloatCoding.convert(
        bytes.extracting(range), from: own, into: &destination, as: format.result)
    }
  }

  /// Puts in the rows that an adapter brings whole.
  private func replaceRows(_ elements: Range<Int>, in destination: inout MutableRawSpan) {
    let size = format.result.byteCount
    for (row, values) in edit.rowReplacements {
      let place = (row * edit.columns)..<((row + 1) * edit.columns)
      let common = place.clamped(to: elements)
      guard !common.isEmpty, let own = values.type.floatFormat else { continue }
      let local =
        (common.lowerBound - elements.lowerBound)..<(common.upperBound - elements.lowerBound)
      let brought = (common.lowerBound - place.lowerBound)..<(common.upperBound - place.lowerBound)
      var target = destination._mutatingExtracting(
        (local.lowerBound * size)..<(local.upperBound * size))
      values.bytes.withBytes { bytes in
        FloatCoding.convert(
          bytes.extracting(
            (brought.lowerBound * own.byteCount)..<(brought.upperBound * own.byteCount)),
          from: own, into: &target, as: format.result)
      }
    }
  }

  // MARK: Updating

  private func change(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    if let map = map.withLock({ $0 }) {
      let bytes =
        isDouble
        ? Double.encode(map.values(elements, of: source), as: format.result)
        : Float.encode(map.values(elements, of: source), as: format.result)
      bytes.withBytes { destination.copy($0) }
    } else if !edit.hasTerms {
      FloatCoding.convert(source, from: format.source, into: &destination, as: format.result)
    } else if format.source == format.result, edit.deltas.isEmpty {
      try update(elements, from: source, into: &destination)
    } else {
      try updateConverting(elements, from: source, into: &destination)
    }
    try check(elements, before: source, after: destination.bytes)
  }

  /// Refuses what became infinite, and measures what rounding left.
  func check(_ elements: Range<Int>, before: RawSpan, after: RawSpan) throws {
    try checkFinite(elements, before: before, after: after)
    try measure(elements, before: before, after: after)
  }

  private func update(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let updates = try packedSum().updates
    let size = format.source.byteCount
    for part in edit.slabParts(of: elements) {
      let local = (part.local.lowerBound * size)..<(part.local.upperBound * size)
      let old = source.extracting(local)
      var new = destination._mutatingExtracting(local)
      if let update = updates[part.slab] {
        update.apply(to: format.source, elements: part.elements, from: old, into: &new)
      } else {
        new.copy(old)
      }
    }
  }

  /// The sum in f32 or f64, then one rounding to the other format.
  private func updateConverting(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let sum = try packedSum()
    let encoded =
      isDouble
      ? Double.encode(sum.values(elements, of: source, as: format.source), as: format.result)
      : Float.encode(sum.values(elements, of: source, as: format.source), as: format.result)
    encoded.withBytes { destination.copy($0) }
  }

  private func packedSum() throws -> PackedSum {
    try packed.withLock { stored in
      if let stored { return stored }
      let made = try PackedSum(edit, isDouble: isDouble)
      stored = made
      return made
    }
  }

  // MARK: Looking at the result

  private func checkFinite(
    _ elements: Range<Int>, before: RawSpan, after: RawSpan
  ) throws(AdapterError) {
    let failure = FiniteCheck.firstFailure(
      before: before, in: format.source, after: after, in: format.result)
    guard let failure else { return }
    let element = elements.lowerBound + failure.index
    if let output = map.withLock({ $0?.emptyOutput(at: element) }) {
      throw .tensor(
        file: edit.files.joined(separator: ", "), name: name,
        problem: "output \(output) is all zero with its update, and DoRA divides by its length, so "
          + "that nothing can become of it; give it a value in the base, or train the adapter without "
          + "this module")
    }
    throw .nonFinite(
      file: edit.files.joined(separator: ", "), name: name,
      index: element, value: "\(failure.value)")
  }

  private func measure(_ elements: Range<Int>, before: RawSpan, after: RawSpan) throws {
    guard let meter, edit.hasTerms, !isMeasured.load(ordering: .relaxed) else { return }
    let count = edit.slabs * edit.rows * edit.columns
    let sample = SurvivalMeter.sample(of: elements, in: count)
    let local =
      (sample.lowerBound - elements.lowerBound)..<(sample.upperBound - elements.lowerBound)
    func bytes(_ format: FloatFormat) -> Range<Int> {
      (local.lowerBound * format.byteCount)..<(local.upperBound * format.byteCount)
    }
    let source = before.extracting(bytes(format.source))
    let old = FloatCoding.floats(of: source, as: format.source)
    meter.record(
      name, before: old, delta: try delta(sample, from: source, old),
      after: FloatCoding.floats(of: after.extracting(bytes(format.result)), as: format.result))
  }

  /// What is to be added to the weights `source`, before any rounding to the result's format.
  private func delta(
    _ elements: Range<Int>, from source: RawSpan, _ old: [Float]
  ) throws -> [Float] {
    if let map = map.withLock({ $0 }) {
      let new: [Float] =
        isDouble
        ? (map.values(elements, of: source) as [Double]).map { Float($0) }
        : map.values(elements, of: source)
      return zip(new, old).map { $0 - $1 }
    }
    return try packedSum().delta(elements, isDouble: isDouble)
  }
}
