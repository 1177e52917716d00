import Containers
import JSON
import Kernels
import Tensors

/// Codes of weights that lie turned.
extension CodedTensorFinder {
  /// GPTQ and AWQ, told apart by the shape of the words.
  func turned(_ location: Checkpoint.Location, _ module: String) throws -> CodedTensor {
    let (entry, name) = (location.entry, module + "weight")
    let scales = try needed(module + "scales", of: name)
    let zeros = try needed(module + "qzeros", of: name)
    let bits = setting("bits")?.int ?? 4
    guard [2, 4, 8].contains(bits), entry.type == .i32, entry.shape.rank == 2,
      scales.entry.shape.rank == 2, scales.entry.type.floatFormat != nil
    else { throw QuantizationError.otherCodes(file: checkpoint.path, tensor: entry.name) }
    let per = 32 / bits
    let (groups, outputs) = (scales.entry.shape[0], scales.entry.shape[1])
    let isAcross = entry.shape[1] * per == outputs
    guard isAcross || entry.shape[1] == outputs, !isAcross || bits == 4, outputs % per == 0 else {
      throw malformed(
        entry.name, "expected codes of \(bits) bits for \(outputs) outputs, found \(entry.shape)")
    }
    let inputs = isAcross ? entry.shape[0] : entry.shape[0] * per
    guard zeros.entry.type == .i32, zeros.entry.shape == [groups, outputs / per] else {
      throw malformed(
        zeros.entry.name,
        "expected I32 [\(groups), \(outputs / per)], found "
          + "\(zeros.entry.type.rawValue) \(zeros.entry.shape)")
    }
    let size = groups > 0 ? (inputs + groups - 1) / groups : 0
    let stated = setting("group_size")?.int ?? -1
    guard size > 0, stated <= 0 || stated == size || groups == 1 && stated >= inputs else {
      throw malformed(
        scales.entry.name,
        "holds \(groups) groups of \(inputs) inputs, and \"group_size\" is "
          + "\(stated)")
    }
    var (parts, order) = ([scales, zeros], [Int32]())
    if let indices = part(module + "g_idx") {
      order = try self.order(indices, inputs, groups)
      parts.append(indices)
    }
    return CodedTensor(
      name: name, layout: isAcross ? .awq : .gptq, bits: bits, type: type(scaledBy: scales),
      shape: [outputs, inputs], codes: location, parts: parts,
      rows: TurnedWords(
        codes: location, zeros: zeros, scales: scales, size: (inputs, outputs), bits: bits,
        isAcross: isAcross, zeroOffset: isAcross || isSecondForm ? 0 : 1, groupSize: size,
        order: order))
  }

  /// Whether zero points are stored as they are, and not less one.
  private var isSecondForm: Bool { setting("checkpoint_format")?.string == "gptq_v2" }

  /// gpt-oss' experts.
  func experts(_ location: Checkpoint.Location, _ weight: String) throws -> CodedTensor? {
    let entry = location.entry
    guard let scales = part(weight + "_scales") else {
      throw QuantizationError.missingPart(
        file: checkpoint.path, tensor: weight, part: weight + "_scales")
    }
    let shape = entry.shape.dimensions
    guard shape.count == 4, shape[3] == 16, scales.entry.type == .u8,
      scales.entry.shape.dimensions == Array(shape.dropLast()), entry.shape.elementCount > 0
    else {
      throw malformed(
        entry.name,
        "expected U8 [experts, out, in / 32, 16] beside scales [experts, out, in / 32], found "
          + "\(entry.shape) beside \(scales.entry.type.rawValue) \(scales.entry.shape)")
    }
    let (inputs, outputs) = (shape[2] * 32, shape[1])
    return CodedTensor(
      name: weight, layout: .mxfp4, bits: 4, type: type(scaledBy: nil),
      shape: [shape[0], inputs, outputs], codes: location, parts: [scales],
      rows: TurnedExperts(codes: location, scales: scales, size: (inputs, outputs)))
  }
}
