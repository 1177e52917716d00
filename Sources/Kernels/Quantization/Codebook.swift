import CKernels

/// Sixteen levels that numbers in [-1, 1] are rounded to, each with its 4-bit code.
package struct Codebook: Sendable, Equatable {
  /// By code.
  package let levels: [Float]
  /// Half-way between each two neighbouring levels, ascending: (a + b) / 2 in f32.
  package let middles: [Float]
  /// The codes of the levels, from the lowest level to the highest; of equal ones the lower first.
  package let order: [UInt8]

  /// The codebook of sixteen finite levels.
  package init(levels: [Float]) {
    precondition(levels.count == 16, "a code of 4 bits has sixteen levels")
    let sorted = levels.indices.sorted { (levels[$0], $0) < (levels[$1], $1) }
    self.levels = levels
    order = sorted.map { UInt8($0) }
    middles = zip(sorted, sorted.dropFirst()).map { (levels[$0] + levels[$1]) / 2 }
  }

  /// Calls `body` with the codebook as the kernels take it.
  func withKernelBook<Result>(_ body: (UnsafePointer<lora_codebook>) -> Result) -> Result {
    var book = lora_codebook()
    unsafe withUnsafeMutableBytes(of: &book.levels) { bytes in
      unsafe levels.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
    }
    unsafe withUnsafeMutableBytes(of: &book.middles) { bytes in
      unsafe middles.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
    }
    unsafe withUnsafeMutableBytes(of: &book.order) { bytes in
      unsafe order.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
    }
    return unsafe withUnsafePointer(to: book) { unsafe body($0) }
  }
}
