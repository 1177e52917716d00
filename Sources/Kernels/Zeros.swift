import CKernels

extension Array where Element: BitwiseCopyable & Numeric {
  /// So many zeros, in large pages where there are many; see `LargePages.h`.
  ///
  /// The elements are written as bytes: where no type is known while compiling,
  /// `Array(repeating:count:)` calls a function for each.
  package init(zeros count: Int) {
    unsafe self.init(unsafeUninitializedCapacity: count) { elements, initializedCount in
      let bytes = UnsafeMutableRawBufferPointer(elements)
      unsafe lora_prefer_large_pages(bytes.baseAddress, bytes.count)
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
      initializedCount = count
    }
  }
}
