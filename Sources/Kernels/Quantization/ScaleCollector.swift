import CKernels

/// Finds the largest magnitude of every block or row of a tensor that arrives in pieces.
package struct ScaleCollector: Sendable {
  /// Numbers that share a scale.
  private let unit: Int
  /// What was found so far; not finite where a number is not.
  package private(set) var scales: [Float]

  /// A collector for `count` numbers, each `unit` of which share a scale.
  package init(count: Int, unit: Int) {
    precondition(unit > 0, "a scale is shared by at least one number")
    self.unit = unit
    scales = Array(repeating: 0, count: (count + unit - 1) / unit)
  }

  /// Takes in the numbers `values`, which begin at the tensor's element `first`.
  package mutating func add(
    _ values: RawSpan, in format: FloatFormat, at first: Int,
    using instructions: InstructionSet = .best
  ) {
    let size = format.byteCount
    let count = values.byteCount / size
    precondition(
      format != .f64 && first + count <= scales.count * unit, "numbers beyond the tensor")
    // A unit may begin in one piece and end in another.
    let head = min(count, (unit - first % unit) % unit)
    if head > 0 { merge(values.extracting(0..<head * size), format, first / unit, instructions) }
    let whole = (count - head) / unit * unit
    if whole > 0 {
      measure(
        values.extracting(head * size..<(head + whole) * size), format, (first + head) / unit,
        instructions)
    }
    if head + whole < count {
      let rest = values.extracting((head + whole) * size..<count * size)
      merge(rest, format, (first + head + whole) / unit, instructions)
    }
  }

  private mutating func measure(
    _ values: RawSpan, _ format: FloatFormat, _ index: Int, _ instructions: InstructionSet
  ) {
    unsafe values.withUnsafeBytes { values in
      unsafe scales.withUnsafeMutableBufferPointer { scales in
        guard let scales = scales.baseAddress else { return }
        unsafe lora_block_absmax(
          instructions.code, format.code, values.count / format.byteCount, values.baseAddress, unit,
          scales + index)
      }
    }
  }

  private mutating func merge(
    _ values: RawSpan, _ format: FloatFormat, _ index: Int, _ instructions: InstructionSet
  ) {
    let before = scales[index]
    measure(values, format, index, instructions)
    // What is not finite stays so.
    if before > scales[index] || before.isNaN { scales[index] = before }
  }
}
