import Kernels
import Testing

@Suite struct DigestTests {
  @Test(arguments: InstructionSet.available)
  func `a block has the digest that its bytes have in pieces, by the system's library`(
    _ instructions: InstructionSet
  ) {
    var numbers = SeededNumbers(seed: 31)
    let bytes = (0..<70_000).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    // The format has a way of its own up to 16, 128 and 240 bytes, and blocks of 1 KiB beyond.
    let sizes = Array(0...520) + [1023, 1024, 1025, 2047, 2049, 65_536, 69_999]
    for size in sizes {
      bytes.withBytes { bytes in
        let block = bytes.extracting(0..<size)
        var state = DigestState()
        state.update(block.extracting(0..<(size / 3)))
        state.update(block.extracting((size / 3)..<size))
        #expect(Digest(of: block, using: instructions) == state.digest(), "\(size) bytes")
      }
    }
  }

  @Test func `the digest of nothing is the specification's`() {
    let nothing: [UInt8] = []
    // XXH3_128bits of an empty input: <https://github.com/Cyan4973/xxHash>, cli/xxhsum's self-test.
    let wanted = Digest(high: 0x99AA_06D3_0147_98D8, low: 0x6001_C324_468D_497F)
    #expect(nothing.withBytes { Digest(of: $0) } == wanted)
  }
}
