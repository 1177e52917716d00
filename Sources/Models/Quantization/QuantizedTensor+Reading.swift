import Containers
import JSON
import Tensors

extension QuantizedTensor {
  /// What the name of a tensor with a 4-bit weight's description ends in, before the type.
  package static let stateSuffix = ".quant_state.bitsandbytes__"

  /// Understands the 4-bit weight that the tensor `state` describes.
  ///
  /// - Throws: `QuantizationError` for what is missing or does not go together, `ContainerError`.
  package init(describedBy state: Checkpoint.Location, in checkpoint: Checkpoint) throws {
    let reader = try StateReader(state, checkpoint)
    let format = try reader.format()
    let blockSize = try reader.blockSize()
    let (type, shape) = (try reader.type(), try reader.shape())
    let count = shape.elementCount
    let blocks = (count + blockSize - 1) / blockSize
    let codes = try reader.part("", byteCount: (count + 1) / 2)
    var parts = [".absmax", ".quant_map"]
    _ = try reader.part(".quant_map", of: .f32, count: 16)
    if let nested = try reader.nested() {
      _ = try reader.part(".absmax", of: .u8, count: blocks)
      _ = try reader.part(
        ".nested_absmax", of: .f32, count: (blocks + nested.blockSize - 1) / nested.blockSize)
      _ = try reader.part(".nested_quant_map", of: .f32, count: 256)
      parts += [".nested_absmax", ".nested_quant_map"]
      self.nested = nested
    } else {
      _ = try reader.part(".absmax", of: .f32, count: blocks)
      nested = nil
    }
    let name = reader.name
    self.name = name
    scheme = QuantizationScheme(format, blockSize: blockSize, isDouble: nested != nil)
    self.type = type
    self.shape = shape
    self.codes = codes
    partNames = parts.map { name + $0 } + [state.entry.name]
  }

  /// Understands the 8-bit weight whose scales are the tensor `scales`, `MODULE.SCB`.
  ///
  /// - Throws: `QuantizationError` for what is missing or does not go together.
  package init(scaledBy scales: Checkpoint.Location, as type: DType, in checkpoint: Checkpoint)
    throws
  {
    let module = String(scales.entry.name.dropLast(".SCB".count))
    let name = module + ".weight"
    guard let codes = checkpoint.location(named: name) else {
      throw QuantizationError.missingPart(
        file: checkpoint.path, tensor: scales.entry.name, part: name)
    }
    let shape = codes.entry.shape
    guard codes.entry.type == .i8, shape.rank == 2, scales.entry.type == .f32,
      scales.entry.shape.elementCount == shape[0]
    else {
      throw QuantizationError.malformed(
        file: checkpoint.path, tensor: name,
        problem: "expected I8 [rows, columns] beside \(shape.dimensions.first ?? 0) scales in F32, "
          + "found \(codes.entry.type.rawValue) \(shape) beside "
          + "\(scales.entry.type.rawValue) \(scales.entry.shape)")
    }
    let format = module + ".weight_format"
    self.name = name
    scheme = QuantizationScheme(.int8)
    self.type = type
    self.shape = shape
    self.codes = codes
    partNames =
      [scales.entry.name] + (checkpoint.location(named: format) == nil ? [] : [format])
    nested = nil
  }
}

/// Reads the JSON that describes a 4-bit weight, and finds the tensors that belong to it.
private struct StateReader {
  let name: String
  private let checkpoint: Checkpoint
  private let entry: TensorEntry
  private let state: JSONValue
  private let suffix: String

  init(_ location: Checkpoint.Location, _ checkpoint: Checkpoint) throws {
    entry = location.entry
    self.checkpoint = checkpoint
    let parts = entry.name.split(separator: QuantizedTensor.stateSuffix, maxSplits: 1)
    name = String(parts.first ?? "")
    suffix = parts.count > 1 ? String(parts[1]) : ""
    guard entry.type == .u8, entry.byteCount <= 1 << 16 else {
      throw QuantizationError.malformed(
        file: checkpoint.path, tensor: entry.name, problem: "expected JSON as U8 bytes")
    }
    let bytes = try checkpoint.shards[location.shard].file.tensor(entry).bytes
    guard let text = String(validating: bytes, as: UTF8.self),
      let state = try? JSONValue(parsing: text), state.object != nil
    else {
      throw QuantizationError.malformed(
        file: checkpoint.path, tensor: entry.name, problem: "is no JSON object")
    }
    self.state = state
  }

  private func failure(_ problem: String) -> QuantizationError {
    .malformed(file: checkpoint.path, tensor: entry.name, problem: problem)
  }

  func format() throws(QuantizationError) -> QuantizationFormat {
    let found = state["quant_type"]?.string ?? suffix
    guard let format = QuantizationFormat(rawValue: found), format.codebook != nil else {
      throw .unknownType(file: checkpoint.path, tensor: entry.name, found: found)
    }
    guard found == suffix else {
      throw failure("says \"quant_type\" is \(found), and its name says \(escaped(suffix))")
    }
    return format
  }

  func blockSize() throws(QuantizationError) -> Int {
    guard let size = state["blocksize"]?.int else { throw failure("says no \"blocksize\"") }
    guard QuantizationScheme.blockSizes.contains(size) else {
      throw .blockSize(file: checkpoint.path, tensor: entry.name, found: size)
    }
    return size
  }

  func type() throws(QuantizationError) -> DType {
    switch state["dtype"]?.string {
    case "float32": return .f32
    case "float16": return .f16
    case "bfloat16": return .bf16
    case let other:
      throw failure(
        "\"dtype\" is \(escaped(other ?? "missing")), expected float32, float16 or bfloat16")
    }
  }

  func shape() throws(QuantizationError) -> Shape {
    let dimensions = state["shape"]?.array?.map { $0.int ?? -1 }
    guard let dimensions, dimensions.allSatisfy({ $0 > 0 }),
      Shape(dimensions).byteCount(of: .f64) != nil
    else { throw failure("\"shape\" is no list of sizes above 0") }
    return Shape(dimensions)
  }

  func nested() throws(QuantizationError) -> (blockSize: Int, offset: Float)? {
    guard state["nested_offset"] != nil || state["nested_blocksize"] != nil else { return nil }
    guard let offset = state["nested_offset"]?.double, Float(offset).isFinite,
      let size = state["nested_blocksize"]?.int, size > 0,
      state["nested_dtype"]?.string ?? "float32" == "float32"
    else {
      throw failure(
        "expected numbers \"nested_offset\" and \"nested_blocksize\", and \"nested_dtype\" float32")
    }
    return (size, Float(offset))
  }

  func part(
    _ ending: String, of type: DType? = nil, count: Int? = nil, byteCount: Int? = nil
  ) throws(QuantizationError) -> Checkpoint.Location {
    guard let location = checkpoint.location(named: name + ending) else {
      throw .missingPart(file: checkpoint.path, tensor: name, part: name + ending)
    }
    let found = location.entry
    let fits =
      type.map { $0 == found.type } ?? true
      && (count.map { $0 == found.shape.elementCount } ?? true)
      && (byteCount.map { $0 == found.byteCount } ?? true)
    guard fits else {
      let expected =
        type.map { "\($0.rawValue) with \(count ?? 0) elements" }
        ?? "\(byteCount ?? 0) bytes of codes"
      throw .malformed(
        file: checkpoint.path, tensor: found.name,
        problem: "expected \(expected), as the shape and block size of \"\(escaped(entry.name))\" "
          + "ask for, found \(found.type.rawValue) \(found.shape)")
    }
    return location
  }
}
