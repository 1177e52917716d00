import Containers
import Kernels
import Tensors

/// One weight that the adapters update: as the base has it, as the file in question has it, and what
/// is added.
struct AuditSubject: Sendable {
  /// By its name in the base.
  let name: String
  let base: StoredWeight
  let merged: StoredWeight
  let update: AuditedUpdate

  /// Formats of base and result; both are computed with.
  var formats: (base: FloatFormat, merged: FloatFormat) {
    (base.entry.type.floatFormat ?? .f32, merged.entry.type.floatFormat ?? .f32)
  }

  var isDouble: Bool { formats.base == .f64 || formats.merged == .f64 }

  var elementCount: Int { base.elementCount }

  /// Elements that are looked at in one go: whole blocks of codes, and so few that the buffers of a
  /// piece stay in the cache and are not given back to the system.
  static let pieceSize = 1 << 15

  /// All elements.
  var pieces: [Range<Int>] {
    stride(from: 0, to: elementCount, by: Self.pieceSize).map {
      $0..<min($0 + Self.pieceSize, elementCount)
    }
  }

  /// Some elements, spread over the whole: all of a small weight.
  func sample(of blocks: Int = 16, size: Int = 4096) -> [Range<Int>] {
    guard elementCount > blocks * size else { return pieces }
    let step = elementCount / blocks
    return (0..<blocks).map { block in
      // Spread by a multiplicative hash, so that blocks do not all lie in the same columns.
      let hash = UInt64(block) &* 0x9E37_79B9_7F4A_7C15
      let start = block * step + Int(hash >> 40) % (step - size + 1)
      return start..<start + size
    }
  }

  /// The parts of a range that lie in one slab.
  func slabParts(
    of elements: Range<Int>
  ) -> [(slab: Int, elements: Range<Int>, local: Range<Int>)] {
    let size = update.slabSize
    var parts: [(slab: Int, elements: Range<Int>, local: Range<Int>)] = []
    var position = elements.lowerBound
    while position < elements.upperBound {
      let slab = position / size
      let end = min(elements.upperBound, (slab + 1) * size)
      parts.append(
        (
          slab, position - slab * size..<end - slab * size,
          position - elements.lowerBound..<end - elements.lowerBound
        ))
      position = end
    }
    return parts
  }
}
