import CKernels

/// What this process takes of the machine's memory.
package enum ProcessMemory {
  /// The largest resident size so far, in bytes, mapped files included; nil where the system does
  /// not say.
  package static var peak: Int? {
    let bytes = lora_peak_memory()
    return bytes == 0 ? nil : Int(bytes)
  }
}
