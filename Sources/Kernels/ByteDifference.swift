import CKernels

/// The bits in which numbers differ, byte plane after byte plane.
enum ByteDifference {
  /// Writes left xor right, the lowest byte of every element first.
  static func write(
    _ left: RawSpan, _ right: RawSpan, elementSize: Int, into planes: inout [UInt8]
  ) {
    precondition(left.byteCount == right.byteCount && left.byteCount == planes.count)
    let count = left.byteCount / elementSize
    unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        unsafe planes.withUnsafeMutableBufferPointer { planes in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let planes = planes.baseAddress
          else { return }
          unsafe lora_xor_to_planes(
            elementSize, count, left.assumingMemoryBound(to: UInt8.self),
            right.assumingMemoryBound(to: UInt8.self), planes)
        }
      }
    }
  }

  /// Writes what `write` was given as `left`.
  static func read(
    _ planes: [UInt8], _ right: RawSpan, elementSize: Int, into left: inout MutableRawSpan
  ) {
    precondition(left.byteCount == right.byteCount && left.byteCount == planes.count)
    let count = planes.count / elementSize
    unsafe planes.withUnsafeBufferPointer { planes in
      unsafe right.withUnsafeBytes { right in
        unsafe left.withUnsafeMutableBytes { left in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let planes = planes.baseAddress
          else { return }
          unsafe lora_xor_from_planes(
            elementSize, count, planes, right.assumingMemoryBound(to: UInt8.self),
            left.assumingMemoryBound(to: UInt8.self))
        }
      }
    }
  }
}
