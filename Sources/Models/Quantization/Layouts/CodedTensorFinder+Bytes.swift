import Containers
import JSON
import Kernels
import Tensors

/// Codes of 8 bits: the numbers of F8 types and signed bytes, with and without scales.
extension CodedTensorFinder {
  func float8(_ location: Checkpoint.Location) throws -> CodedTensor? {
    let entry = location.entry
    // Scales and markers in F8 are found with what they belong to.
    guard !CodedWeights.isBeside(entry.name), entry.shape.elementCount > 0 else { return nil }
    let module = entry.name.dropping("weight")
    let scales = scales(of: entry.name, module)
    if let module, let format = try comfyFormat(module), !format.hasPrefix("float8_") {
      throw QuantizationError.otherCodes(file: checkpoint.path, tensor: entry.name)
    }
    guard let scales else {
      guard !isMissingScale(module) else {
        throw QuantizationError.missingPart(
          file: checkpoint.path, tensor: entry.name, part: (module ?? entry.name) + "weight_scale")
      }
      return bytes(location, .float8, nil, parts: [])
    }
    return try scaled(location, .scaledFloat8, scales, module)
  }

  func int8(_ location: Checkpoint.Location) throws -> CodedTensor? {
    let name = location.entry.name
    guard let module = name.dropping("weight"), part(module + "SCB") == nil,
      let scales = scales(of: name, module)
    else { return nil }
    return try scaled(location, .int8, scales, module)
  }

  private func scales(of name: String, _ module: String?) -> Checkpoint.Location? {
    if let module {
      for ending in Self.scaleEndings {
        if let found = part(module + ending) { return found }
      }
    }
    // Stacked parameters are called by no "weight".
    for ending in ["_scale_inv", "_scale", "_weight_scale"] {
      if let found = part(name + ending) { return found }
    }
    return nil
  }

  private func isMissingScale(_ module: String?) -> Bool { isScaled && module != nil }

  /// What ComfyUI's text beside a weight says.
  private func comfyFormat(_ module: String) throws -> String? {
    guard let location = part(module + "comfy_quant") else { return nil }
    let bytes = try checkpoint.shards[location.shard].file.tensor(location.entry).bytes
    guard let text = String(validating: bytes, as: UTF8.self),
      let format = (try? JSONValue(parsing: text))?["format"]?.string
    else { throw malformed(location.entry.name, "expected JSON with a \"format\"") }
    return format
  }

  private func scaled(
    _ location: Checkpoint.Location, _ layout: CodedLayout, _ scales: Checkpoint.Location,
    _ module: String?
  ) throws -> CodedTensor {
    let entry = location.entry
    try checkNumbers(scales, entry.name)
    guard scales.entry.type != .u8, scales.entry.type != .f8E8M0 || module != nil else {
      throw QuantizationError.otherCodes(file: checkpoint.path, tensor: entry.name)
    }
    let groups = try groups(of: entry, scales.entry)
    var parts = [scales]
    var zeros: AlignedRows.Zeros?
    if let module, let points = part(module + "weight_zero_point") {
      try checkCount(points, scales.entry.shape.elementCount, "as there are scales")
      zeros = .stored(points)
      parts.append(points)
    }
    if let module { parts += others(module, besides: parts) }
    return bytes(
      location, layout, AlignedRows.Scales(location: scales, groups: groups), zeros, parts: parts)
  }

  private func bytes(
    _ location: Checkpoint.Location, _ layout: CodedLayout, _ scales: AlignedRows.Scales?,
    _ zeros: AlignedRows.Zeros? = nil, parts: [Checkpoint.Location]
  ) -> CodedTensor {
    let entry = location.entry
    let columns = entry.shape.dimensions.last ?? 1
    return CodedTensor(
      name: entry.name, layout: layout, bits: 8, type: type(scaledBy: scales?.location),
      shape: entry.shape, codes: location, parts: parts,
      rows: AlignedRows(
        codes: location, columns: columns, bits: 8, rowSize: columns,
        levels: CodeLevels(codesOf: entry.type) ?? .int8, scales: scales, zeros: zeros))
  }

  /// How the numbers of a weight share scales of this shape: one for all, for each row, for groups of
  /// columns, or for blocks.
  func groups(
    of entry: TensorEntry, _ scales: TensorEntry
  ) throws(QuantizationError) -> GroupedCodes.Groups {
    let dimensions = entry.shape.dimensions
    let columns = dimensions.last ?? 1
    let rows = entry.shape.elementCount / max(1, columns)
    let matrixRows = dimensions.count > 1 ? dimensions[dimensions.count - 2] : 1
    let count = scales.shape.elementCount
    if count == 1 {
      return GroupedCodes.Groups(rows: rows, columns: columns, matrixRows: rows, perRow: 1)
    }
    if count == rows, scales.shape.dimensions.first == dimensions.first {
      return GroupedCodes.Groups(rows: 1, columns: columns, matrixRows: matrixRows, perRow: 1)
    }
    let size = blockSize
    let shape = scales.shape.dimensions
    let stack = Array(dimensions.dropLast(2))
    if shape.count >= 2, stack == Array(shape.dropLast(2)) {
      let (high, wide) = (shape[shape.count - 2], shape[shape.count - 1])
      if high == (matrixRows + size.rows - 1) / size.rows,
        wide == (columns + size.columns - 1) / size.columns
      {
        return GroupedCodes.Groups(
          rows: size.rows, columns: size.columns, matrixRows: matrixRows, perRow: wide)
      }
      if high == matrixRows, wide > 0, columns % wide == 0 {
        return GroupedCodes.Groups(
          rows: 1, columns: columns / wide, matrixRows: matrixRows, perRow: wide)
      }
    }
    throw malformed(
      scales.name,
      "expected a scale for the tensor, each row, groups of columns or blocks of \(size.rows) x "
        + "\(size.columns) of \(entry.shape), found \(scales.shape)")
  }

  /// Rows and columns that share a scale; 128 each where nothing says so.
  private var blockSize: (rows: Int, columns: Int) {
    let stated =
      (setting("weight_block_size") ?? setting("block_structure"))?.array?.compactMap(\.int) ?? []
    guard stated.count == 2, stated.allSatisfy({ $0 > 0 }) else { return (128, 128) }
    return (stated[0], stated[1])
  }
}
