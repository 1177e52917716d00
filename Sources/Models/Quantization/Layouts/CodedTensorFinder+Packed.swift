import Containers
import JSON
import Kernels
import Tensors

/// Codes of fewer than 8 bits that share bytes or words.
extension CodedTensorFinder {
  /// compressed-tensors' `weight_packed` in words of 32 bits.
  func packed(_ location: Checkpoint.Location, _ module: String) throws -> CodedTensor {
    let (entry, name) = (location.entry, module + "weight")
    let scales = try needed(module + "weight_scale", of: name)
    try checkNumbers(scales, name)
    let shapePart = try needed(module + "weight_shape", of: name)
    let shape = try self.shape(shapePart, name)
    let (rows, columns) = (shape[0], shape[1])
    guard entry.shape.rank == 2, entry.shape[0] == rows,
      let bits = [4, 8, 2].first(where: { entry.shape[1] == (columns * $0 + 31) / 32 }),
      setting("num_bits")?.int.map({ $0 == bits }) ?? true
    else {
      throw malformed(
        entry.name, "expected words of packed codes for \(shape), found \(entry.shape)")
    }
    let weight = TensorEntry(name: name, type: .bf16, shape: shape, range: 0..<0)
    var groups = try self.groups(of: weight, scales.entry)
    var parts = [scales, shapePart]
    let offset = 1 << (bits - 1)
    var rowsOfCodes = AlignedRows(
      codes: location, columns: columns, bits: bits, rowSize: entry.shape[1] * 4,
      levels: .integers(offset: offset), scales: nil)
    if let points = part(module + "weight_zero_point") {
      let words = (rows * bits + 31) / 32
      guard points.entry.type == .i32, points.entry.shape.elementCount == words * groups.perRow
      else {
        throw malformed(
          points.entry.name,
          "expected \(words * groups.perRow) words of zero points, found "
            + "\(points.entry.type.rawValue) \(points.entry.shape)")
      }
      rowsOfCodes.zeros = .packed(points, offset: offset)
      parts.append(points)
    }
    if let order = part(module + "weight_g_idx") {
      groups.order = try self.order(order, columns, groups.perRow)
      parts.append(order)
    }
    parts += others(module, besides: parts)
    return CodedTensor(
      name: name, layout: .packed, bits: bits, type: type(scaledBy: scales), shape: shape,
      codes: location, parts: parts,
      rows: rowsOfCodes.scaled(AlignedRows.Scales(location: scales, groups: groups)))
  }

  /// E2M1, two codes a byte: NVFP4 by compressed-tensors and by ModelOpt, MXFP4 by compressed-tensors.
  func halfBytes(_ location: Checkpoint.Location, _ module: String) throws -> CodedTensor {
    let (entry, name) = (location.entry, module + "weight")
    guard entry.type == .u8, entry.shape.rank >= 2, part(module + "comfy_quant") == nil else {
      throw QuantizationError.otherCodes(file: checkpoint.path, tensor: entry.name)
    }
    let scales = try needed(module + "weight_scale", of: name)
    let isPower = scales.entry.type == .u8 || scales.entry.type == .f8E8M0
    guard isPower || scales.entry.type == .f8E4M3 else {
      throw malformed(
        scales.entry.name, "expected scales in F8_E4M3 or U8, found \(scales.entry.type.rawValue)")
    }
    let size = isPower ? 32 : 16
    let columns = entry.shape[entry.shape.rank - 1] * 2
    let shape = Shape(entry.shape.dimensions.dropLast() + [columns])
    let expected = Shape(entry.shape.dimensions.dropLast() + [columns / size])
    guard columns % size == 0, scales.entry.shape == expected else {
      throw malformed(
        scales.entry.name,
        "expected \(expected), a scale for \(size) of \(shape), found "
          + "\(scales.entry.shape)")
    }
    var parts = [scales]
    let global = try isPower ? nil : self.global(module, name, &parts)
    let matrixRows = shape[shape.rank - 2]
    let groups = GroupedCodes.Groups(
      rows: 1, columns: size, matrixRows: matrixRows, perRow: columns / size)
    parts += others(module, besides: parts)
    return CodedTensor(
      name: name, layout: isPower ? .mxfp4 : .nvfp4, bits: 4, type: type(scaledBy: nil),
      shape: shape, codes: location, parts: parts,
      rows: AlignedRows(
        codes: location, columns: columns, bits: 4, rowSize: columns / 2, levels: .e2M1,
        scales: AlignedRows.Scales(location: scales, groups: groups, global: global)),
      // compressed-tensors unpacks these to bf16, whatever the model's type.
      rounding: entry.name.hasSuffix("weight_packed") ? .bf16 : nil)
  }

  private func global(
    _ module: String, _ name: String, _ parts: inout [Checkpoint.Location]
  ) throws(QuantizationError) -> AlignedRows.Global {
    let divisor = part(module + "weight_global_scale")
    let found: Checkpoint.Location
    if let divisor {
      found = divisor
    } else {
      found = try needed(module + "weight_scale_2", of: name)
    }
    try checkCount(found, 1, "as a scale of the whole weight")
    try checkNumbers(found, name)
    parts.append(found)
    return divisor == nil ? .factor(found) : .divisor(found)
  }

  /// mlx-lm's words with scales and biases.
  func affine(_ location: Checkpoint.Location, _ module: String) throws -> CodedTensor? {
    guard let scales = part(module + "scales") else { return nil }
    let (entry, name) = (location.entry, location.entry.name)
    guard setting("mode")?.string ?? "affine" == "affine" else {
      throw QuantizationError.otherCodes(file: checkpoint.path, tensor: name)
    }
    let biases = try needed(module + "biases", of: name)
    try checkNumbers(scales, name)
    let own = settings?[String(module.dropLast())]
    guard let bits = (own?["bits"] ?? setting("bits"))?.int,
      let size = (own?["group_size"] ?? setting("group_size"))?.int
    else { throw malformed(name, "needs \"bits\" and \"group_size\" in config.json") }
    guard (2...8).contains(bits), bits != 7, size > 0, entry.shape.rank >= 2,
      let words = entry.shape.dimensions.last, words * 32 % bits == 0,
      words * 32 / bits % size == 0
    else { throw malformed(name, "is not in \(bits) bits by groups of \(size), as \(entry.shape)") }
    let columns = words * 32 / bits
    let shape = Shape(entry.shape.dimensions.dropLast() + [columns])
    let expected = Shape(entry.shape.dimensions.dropLast() + [columns / size])
    for found in [scales, biases] where found.entry.shape != expected {
      throw malformed(
        found.entry.name,
        "expected \(expected), one for \(size) of \(shape), found \(found.entry.shape)")
    }
    let groups = GroupedCodes.Groups(
      rows: 1, columns: size, matrixRows: shape[shape.rank - 2], perRow: columns / size)
    return CodedTensor(
      name: name, layout: .mlx, bits: bits, type: type(scaledBy: scales), shape: shape,
      codes: location, parts: [scales, biases],
      rows: AlignedRows(
        codes: location, columns: columns, bits: bits, rowSize: words * 4,
        levels: .integers(offset: 0),
        scales: AlignedRows.Scales(location: scales, groups: groups), biases: biases))
  }

  private func shape(_ location: Checkpoint.Location, _ name: String) throws -> Shape {
    let entry = location.entry
    guard entry.type == .i64 || entry.type == .i32, entry.shape.elementCount == 2 else {
      throw malformed(entry.name, "expected two sizes in I64")
    }
    let bytes = try checkpoint.shards[location.shard].file.tensor(entry).bytes
    let words = PackedCodes.words(of: bytes)
    let sizes =
      entry.type == .i32
      ? words.map(Int.init) : [0, 2].map { Int(words[$0]) | Int(words[$0 + 1] & 0x7FFF) << 32 }
    guard sizes.allSatisfy({ $0 > 0 }), Shape(sizes).byteCount(of: .f64) != nil else {
      throw malformed(entry.name, "expected sizes above 0, found \(sizes)")
    }
    return Shape(sizes)
  }

  /// The group of each column.
  func order(
    _ location: Checkpoint.Location, _ columns: Int, _ groups: Int
  ) throws -> [Int32] {
    guard location.entry.type == .i32 else {
      throw malformed(location.entry.name, "expected I32")
    }
    try checkCount(location, columns, "as there are columns")
    let bytes = try checkpoint.shards[location.shard].file.tensor(location.entry).bytes
    let order = PackedCodes.words(of: bytes).map { Int32(bitPattern: $0) }
    // compressed-tensors fills it with -1 where the columns are in order.
    if order.allSatisfy({ $0 == -1 }) { return [] }
    guard order.allSatisfy({ $0 >= 0 && $0 < groups }) else {
      throw malformed(location.entry.name, "expected groups from 0 to \(groups - 1)")
    }
    return order
  }
}

extension AlignedRows {
  fileprivate func scaled(_ scales: Scales) -> AlignedRows {
    var copy = AlignedRows(
      codes: codes, columns: columns, bits: bits, rowSize: rowSize, levels: levels, scales: scales)
    (copy.zeros, copy.biases) = (zeros, biases)
    return copy
  }
}
