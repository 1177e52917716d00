import CKernels
import CXXHash

/// A 128-bit XXH3 digest, which guards against accidents and not against an adversary.
///
/// Source: <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>
package struct Digest: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The digest of `bytes`, in one pass.
  ///
  /// - Parameters:
  ///   - bytes: Any number of them.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package init(of bytes: RawSpan, using instructions: InstructionSet = .best) {
    let digest = unsafe bytes.withUnsafeBytes {
      unsafe lora_digest_of(instructions.code, $0.baseAddress, $0.count)
    }
    self.init(high: digest.high, low: digest.low)
  }

  fileprivate init(_ hash: XXH128_hash_t) {
    self.init(high: hash.high64, low: hash.low64)
  }

  /// Sixteen bytes, most significant first: the canonical form of the specification.
  package var bytes: [UInt8] {
    [high, low].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }
}

/// A 64-bit XXH3 hash for tables in memory; a secret seed keeps a file from choosing collisions.
package func tableHash(of bytes: RawSpan, seed: UInt64) -> UInt64 {
  unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
}

/// The digest of bytes that arrive in pieces; how they are cut does not matter.
@safe package struct DigestState: ~Copyable {
  private let state: OpaquePointer

  package init() {
    guard let state = unsafe XXH3_createState() else { fatalError("out of memory") }
    unsafe XXH3_128bits_reset(state)
    unsafe self.state = state
  }

  deinit {
    unsafe XXH3_freeState(state)
  }

  package mutating func update(_ bytes: RawSpan) {
    _ = unsafe bytes.withUnsafeBytes { unsafe XXH3_128bits_update(state, $0.baseAddress, $0.count) }
  }

  /// The digest of everything up to here; more may follow.
  package func digest() -> Digest {
    unsafe Digest(XXH3_128bits_digest(state))
  }
}
