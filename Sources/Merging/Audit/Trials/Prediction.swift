import Containers
import Kernels
import Tensors

/// What an explanation makes of a weight, in our arithmetic, and the deltas behind it.
struct Prediction: Sendable {
  private let subject: AuditSubject
  private let slabs: [PackedTerms]
  private let uncertainty: Double

  /// - Throws: `OutOfMemory`.
  init(
    _ subject: AuditSubject, _ explanation: Explanation, factors: FloatFormat? = nil
  ) throws(OutOfMemory) {
    self.subject = subject
    uncertainty = explanation.uncertainty
    slabs = try subject.update.packed(explanation, factors: factors, isDouble: subject.isDouble)
  }

  /// The bytes of a range, in the format of the file in question: those of our merge, bit for bit.
  func bytes(_ elements: Range<Int>, of before: [UInt8]) -> [UInt8] {
    let (from, to) = subject.formats
    if subject.isDouble {
      var values = FloatCoding.doubles(of: before, as: from)
      for part in subject.slabParts(of: elements) {
        slabs[part.slab].together?.add(part.elements, to: &values, at: part.local.lowerBound)
      }
      return FloatCoding.encode(values, as: to)
    }
    guard from == to else {
      var values = FloatCoding.floats(of: before, as: from)
      for part in subject.slabParts(of: elements) {
        slabs[part.slab].together?.add(part.elements, to: &values, at: part.local.lowerBound)
      }
      return FloatCoding.encode(values, as: to)
    }
    var result = before
    for part in subject.slabParts(of: elements) {
      let size = from.byteCount
      let local = part.local.lowerBound * size..<part.local.upperBound * size
      result.withMutableBytes(in: local) { bytes in
        slabs[part.slab].together?.apply(to: from, elements: part.elements, in: &bytes)
      }
    }
    return result
  }

  /// Some of a range's elements with what is added to them.
  ///
  /// - Parameters:
  ///   - elements: The range.
  ///   - indices: Those wanted, counted from the range's start.
  ///   - before: The base's bytes.
  ///   - after: Those of the file in question.
  /// - Returns: As many elements as indices.
  func batch(
    _ elements: Range<Int>, at indices: [Int], before: [UInt8], after: [UInt8]
  ) -> ElementBatch {
    let (from, to) = subject.formats
    return ElementBatch(
      before: Self.numbers(before, from, at: indices), after: Self.numbers(after, to, at: indices),
      format: to, parts: parts(elements, at: indices))
  }

  private func parts(_ elements: Range<Int>, at indices: [Int]) -> [ElementBatch.Part] {
    let count = slabs.map(\.parts.count).max() ?? 0
    return (0..<count).map { number in
      var deltas = [Float](repeating: 0, count: elements.count)
      var bounds = [Double](repeating: 0, count: indices.count)
      var (scale, weight) = (1.0, 1.0)
      var next = 0
      for place in subject.slabParts(of: elements) {
        let parts = slabs[place.slab].parts
        let part = number < parts.count ? parts[number] : nil
        part?.update.delta(place.elements, into: &deltas, at: place.local.lowerBound)
        while next < indices.count, indices[next] < place.local.upperBound {
          let element = place.elements.lowerBound + indices[next] - place.local.lowerBound
          bounds[next] = part?.bound(element) ?? 0
          next += 1
        }
        if let part { (scale, weight) = (part.scale, part.weight) }
      }
      let values = indices.map { Double(deltas[$0]) }
      if uncertainty > 0 {
        for index in bounds.indices { bounds[index] += uncertainty * abs(values[index]) }
      }
      return ElementBatch.Part(values: values, bounds: bounds, scale: scale, weight: weight)
    }
  }

  private static func numbers(
    _ bytes: [UInt8], _ format: FloatFormat, at indices: [Int]
  ) -> [Double] {
    let size = format.byteCount
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * size)
    for index in indices {
      for place in index * size..<(index + 1) * size { chosen.append(bytes[place]) }
    }
    return FloatCoding.doubles(of: chosen, as: format)
  }
}
