import CKernels

/// What is added to a range of elements of a tensor: one low-rank update, or several where the range
/// runs over several slabs.
package struct RangeUpdate: Sendable {
  /// A run of elements that one update is for.
  package struct Part: Sendable {
    /// nil where nothing is added.
    package let update: PackedUpdate?
    /// Row-major indices into the update's weight.
    package let elements: Range<Int>

    package init(_ update: PackedUpdate?, _ elements: Range<Int>) {
      self.update = update
      self.elements = elements
    }
  }

  /// One after the other.
  package let parts: [Part]

  package init(_ parts: [Part]) {
    self.parts = parts
  }

  var count: Int { parts.reduce(0) { $0 + $1.elements.count } }

  /// The range in pieces of about `size` elements, whole rows where rows are shorter.
  func blocks(of size: Int) -> [Part] {
    parts.flatMap { part in
      let columns = part.update?.columns ?? size
      var blocks: [Part] = []
      var start = part.elements.lowerBound
      while start < part.elements.upperBound {
        var end = start + size
        if columns <= size { end -= end % columns }
        end = min(end, part.elements.upperBound)
        blocks.append(Part(part.update, start..<end))
        start = end
      }
      return blocks
    }
  }
}

extension RangeUpdate.Part {
  /// Writes the sums of the update, in f64 for weights in f64, else in f32.
  func writeDelta(
    into sums: borrowing AlignedBuffer, format: FloatFormat, using instructions: InstructionSet
  ) {
    let size = format == .f64 ? 8 : 4
    precondition(elements.count * size <= sums.byteCount, "no room for the sums")
    guard let update else {
      unsafe UnsafeMutableRawBufferPointer(start: sums.base, count: elements.count * size)
        .initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
    precondition(
      (format == .f64) == (update.precision == .f64),
      "an f64 weight takes an update packed from doubles")
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= update.rows * update.columns,
      "the range leaves the weight")
    var lowRank = unsafe update.lowRank
    unsafe lora_delta(
      instructions.code, &lowRank, elements.lowerBound, elements.count, sums.base)
  }
}
