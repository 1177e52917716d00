/// The names that an index may give to shards.
package enum ShardNames {
  /// Whether `name` can only mean a file in the folder itself, on any system.
  package static func isBare(_ name: String) -> Bool {
    let isPlain = name.utf8.allSatisfy { byte in
      byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        && byte != UInt8(ascii: ":")
    }
    return isPlain && !name.isEmpty && name.utf8.count <= 255
      && name.utf8.first != UInt8(ascii: ".")
  }
}
