import Containers
import OrderedCollections
import Tensors

/// Numbers that are the same in every run (SplitMix64).
struct SeededBytes: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Tensors with known bytes, and ways to write them.
struct SampleTensors {
  var entries: [(name: String, type: DType, shape: Shape)]
  var data: [UInt8]

  /// A mixture of types and shapes; `scale` makes the largest ones larger.
  static func mixed(scale: Int = 1, seed: UInt64 = 1) -> SampleTensors {
    let entries: [(name: String, type: DType, shape: Shape)] = [
      ("model.embed.weight", .bf16, [37 * scale, 16]), ("nothing", .f32, [0, 4]),
      ("scalar", .f64, []), ("é", .i64, [3]), ("e\u{301}", .u8, [5]),
      ("quote\"back\\slash\nline", .bool, [7]), ("model.head.weight", .f32, [11, 13 * scale]),
    ]
    return SampleTensors(entries, seed: seed)
  }

  init(_ entries: [(name: String, type: DType, shape: Shape)], seed: UInt64 = 1) {
    self.entries = entries
    let size = entries.reduce(0) { $0 + ($1.shape.byteCount(of: $1.type) ?? 0) }
    var random = SeededBytes(state: seed)
    // Values as weights have them: few exponents, so that they compress. The period is no power
    // of two, so that no block repeats another.
    let period = (0..<min(size, 65_521)).map { index in
      index % 2 == 0
        ? UInt8.random(in: 0...255, using: &random)
        : 0x3C + UInt8.random(in: 0...3, using: &random)
    }
    data = []
    data.reserveCapacity(size)
    while data.count < size { data += period.prefix(size - data.count) }
  }

  /// Writes the tensors in pieces of odd sizes.
  func write(
    to path: String, compression: TensorFileWriter.Compression = .none,
    metadata: OrderedDictionary<String, String> = ["format": "pt"],
    finalMetadata: OrderedDictionary<String, String>? = nil, threads: Int = 1
  ) throws {
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(force: true, synchronizes: false)), entries: entries,
      metadata: metadata, compression: compression, threads: threads)
    var (start, step) = (0, 1)
    while start < data.count {
      let end = min(start + step, data.count)
      try data.withBytes { try writer.append($0.extracting(start..<end)) }
      (start, step) = (end, step * 3 + 1)
    }
    try writer.finish(metadata: finalMetadata)
  }
}

extension TensorFile {
  /// The whole data section, read from front to back.
  func data(threads: Int = 1) throws -> [UInt8] {
    let reader = try makeReader(threads: threads)
    var bytes = [UInt8](repeating: 0, count: header.dataSize)
    try bytes.withMutableBytes { try reader.read(into: &$0) }
    try reader.finish()
    return bytes
  }

  /// A part of the data section, read by itself.
  func data(in range: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withMutableBytes { try read(at: range.lowerBound, into: &$0) }
    return bytes
  }
}
