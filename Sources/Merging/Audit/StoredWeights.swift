import Adapters
import Containers
import Kernels
import Models
import Tensors

/// The tensors of a checkpoint as numbers, read at any place, however they are stored.
struct StoredWeights: Sendable {
  let checkpoint: Checkpoint
  private let quantized: QuantizedTensors?
  /// The tensors as though all were stored in full.
  let entries: [TensorEntry]
  private let byName: [ExactString: TensorEntry]
  private let names: NameMap

  /// - Throws: `ContainerError` for a stream, which cannot be read at any place; `QuantizationError`.
  init(of checkpoint: Checkpoint) throws {
    for shard in checkpoint.shards where !shard.file.isRandomAccess {
      if shard.file.fileSize != nil {
        throw AdapterError.unsupported(
          file: shard.file.path,
          what: "is compressed in one piece, and is to be read more than once",
          remedy: "unpack it first")
      }
      throw ContainerError(file: shard.file.path, .input(.needsRandomAccess))
    }
    self.checkpoint = checkpoint
    let isQuantized = QuantizedTensors.sign(in: checkpoint.entries) != nil
    let quantized = isQuantized ? try QuantizedTensors(in: checkpoint) : nil
    self.quantized = quantized
    entries = quantized?.logical(checkpoint.entries) ?? checkpoint.entries
    byName = Dictionary(
      entries.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    names = NameMap(entries.map(\.name))
  }

  /// The tensor of this name, or of one that stands for it (`NameMap`).
  func entry(for name: String) -> TensorEntry? {
    byName[ExactString(name)] ?? names.base(for: name).flatMap { byName[ExactString($0)] }
  }

  /// Whether the tensor is stored in codes.
  func isCoded(_ entry: TensorEntry) -> Bool { quantized?[entry.name] != nil }

  /// The tensor that holds the weight `name` in codes of a layout that is only known for what it is;
  /// nil when there is none.
  func unreadCodes(of name: String) -> TensorEntry? {
    if let own = entry(for: name), CodedWeights.isCodes(own) { return own }
    let module = name.hasSuffix(".weight") ? String(name.dropLast("weight".count)) : name + "."
    return entries.first { $0.name.hasPrefix(module) && CodedWeights.isCodes($0) }
  }

  /// A tensor to be read.
  ///
  /// - Throws: As `QuantizedTensor.coding`.
  func weight(_ entry: TensorEntry) throws -> StoredWeight {
    if let coded = quantized?[entry.name] {
      return StoredWeight(
        entry: entry, file: checkpoint.shards[coded.codes.shard].file,
        start: coded.codes.entry.range.lowerBound, coding: try coded.coding(in: checkpoint))
    }
    guard let location = checkpoint.location(named: entry.name) else {
      throw ContainerError(
        file: checkpoint.path, tensor: entry.name, .checkpoint(.missingCounterpart(nil)))
    }
    return StoredWeight(
      entry: entry, file: checkpoint.shards[location.shard].file,
      start: location.entry.range.lowerBound, coding: nil)
  }
}

/// One tensor of a checkpoint, any elements of which can be read.
struct StoredWeight: Sendable {
  /// As though it were stored in full.
  let entry: TensorEntry
  fileprivate let file: TensorFile
  /// Where it begins in the data section.
  fileprivate let start: Int
  /// nil where it is stored in full.
  let coding: ScaledCoding?

  fileprivate init(entry: TensorEntry, file: TensorFile, start: Int, coding: ScaledCoding?) {
    (self.entry, self.file, self.start, self.coding) = (entry, file, start, coding)
  }

  var isCoded: Bool { coding != nil }
  var elementCount: Int { entry.shape.elementCount }

  /// The bytes of a range of elements, as they are stored in full.
  ///
  /// - Throws: `ContainerError` from reading.
  func bytes(_ elements: Range<Int>) throws -> [UInt8] {
    guard let coding, let format = entry.type.floatFormat else {
      let bits = entry.type.bitCount
      let range = elements.lowerBound * bits / 8..<(elements.upperBound * bits + 7) / 8
      return try stored(range)
    }
    let unit = coding.scheme.bits < 8 ? coding.scheme.unit : 1
    let origin = elements.lowerBound / unit * unit
    let bits = coding.scheme.bits
    let codes = try stored(origin * bits / 8..<(elements.upperBound * bits + 7) / 8)
    var numbers = [UInt8](repeating: 0, count: elements.count * format.byteCount)
    numbers.withMutableBytes { numbers in
      codes.withBytes { coding.decode(elements, of: $0, from: origin, into: &numbers, as: format) }
    }
    return numbers
  }

  private func stored(_ range: Range<Int>) throws(ContainerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: start + range.lowerBound, into: &bytes)
    }
    return bytes
  }

  /// A range of elements in f64, exactly.
  func doubles(_ elements: Range<Int>) throws -> [Double] {
    guard let format = entry.type.floatFormat else { return [] }
    return FloatCoding.doubles(of: try bytes(elements), as: format)
  }
}
