import Kernels
import Testing

@Suite struct AlignedBufferTests {
  @Test func `a buffer begins with zeros on a cache line and keeps what is written`() throws {
    var buffer = try AlignedBuffer(byteCount: 100)
    buffer.withBytes { bytes in
      #expect(bytes.byteCount == 100)
      #expect(FloatCoding.floats(of: bytes, as: .f32).allSatisfy { $0 == 0 })
      bytes.withUnsafeBytes { #expect(UInt(bitPattern: $0.baseAddress) % 64 == 0) }
    }
    buffer.withMutableBytes { $0.storeBytes(of: 7, toByteOffset: 99, as: UInt8.self) }
    buffer.withBytes { #expect($0.unsafeLoad(fromByteOffset: 99, as: UInt8.self) == 7) }
  }

  @Test func `more than the machine has is an error`() {
    #expect(throws: OutOfMemory(byteCount: 1 << 60)) {
      _ = try AlignedBuffer(byteCount: 1 << 60)
    }
  }
}
