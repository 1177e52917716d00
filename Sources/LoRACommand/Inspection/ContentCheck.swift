import Containers

/// What reading every byte of a file found.
package struct ContentCheck: Sendable, Equatable {
  /// A tensor that holds infinities or NaNs.
  package struct NonFinite: Sendable, Equatable {
    package let tensor: String
    package let count: Int
  }

  package let byteCount: Int
  /// In the order of the file; tensors of integer and 8-bit types are not looked at.
  package let nonFinite: [NonFinite]
  /// Of the whole checkpoint: the same for a file, its gzip form and its shards.
  package let fingerprint: Fingerprint
}
