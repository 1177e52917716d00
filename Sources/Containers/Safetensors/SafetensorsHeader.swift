import JSON
import OrderedCollections
import Tensors

/// The header of a safetensors file, checked: entries cover the data section without gap or overlap.
///
/// 1. 8 bytes: the length N of the header text, little-endian; N ≤ 100,000,000.
/// 2. N bytes: one JSON object in UTF-8 that begins with `{`, white space allowed after it.
///    `__metadata__` maps text to text (or is null); every other key is a tensor's name with
///    `dtype`, `shape` and `data_offsets` [begin, end), relative to the data section.
/// 3. The data section: sorted by offset, tensors start at 0, are contiguous and end at its end.
///
/// Refused beyond the reference library: a key twice at any level; a name that is empty, longer
/// than 1024 bytes or holds NUL; rank above 64; numbers above 2^63 - 1; white space before `{`; an
/// entry or dtype written as another JSON type that its decoder lets through; unknown fields nested
/// more than 64 levels deep or with more than 4096 keys in one object; metadata with more than
/// 65,536 keys, or with keys that differ only in Unicode normalization.
///
/// Source: <https://github.com/huggingface/safetensors#format>
package struct SafetensorsHeader: Sendable {
  /// In the order of the header text.
  package let entries: [TensorEntry]
  /// In the order of the header text; nil when there is none.
  package let metadata: OrderedDictionary<String, String>?
  /// Bytes before the data section: 8 + N.
  package let dataStart: Int
  /// Bytes of the data section.
  package let dataSize: Int

  /// Positions in `entries` by ascending offset; nil when that is their order already.
  private let order: [UInt32]?
  private let names: KeyTable

  init(
    entries: [TensorEntry], metadata: OrderedDictionary<String, String>?, dataStart: Int,
    names: KeyTable, order: [UInt32]?
  ) {
    self.entries = entries
    self.metadata = metadata
    self.dataStart = dataStart
    self.names = names
    self.order = order
    let last = order?.last.map { entries[Int($0)] } ?? entries.last
    dataSize = last?.range.upperBound ?? 0
  }

  /// The largest N that is read or written.
  package static let maximumLength = 100_000_000

  /// The entries as their bytes follow one another in the data section.
  package var entriesByOffset: [TensorEntry] {
    order.map { $0.map { entries[Int($0)] } } ?? entries
  }

  /// The entry whose name has exactly these bytes, in constant time.
  package func entry(named name: String) -> TensorEntry? {
    names.find(KeyTable.hash(of: name)) { sameBytes(entries[$0].name, name) }.map { entries[$0] }
  }

  /// Where an entry's bytes lie in the file.
  package func fileRange(of entry: TensorEntry) -> Range<Int> {
    (dataStart + entry.range.lowerBound)..<(dataStart + entry.range.upperBound)
  }
}

extension KeyTable {
  static func hash(of key: String) -> UInt32 {
    key.withBytes { hash($0) }
  }
}

func sameBytes(_ left: String, _ right: String) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
