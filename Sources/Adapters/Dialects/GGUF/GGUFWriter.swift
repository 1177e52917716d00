import Containers
import JSON
import Tensors

/// Writes what `GGUFDialect` reads, and llama.cpp.
///
/// llama.cpp scales each module by alpha / its own rank, in F32. One alpha that gives every module its
/// scaling is stated; where there is none the scaling goes into B, and alpha is 0. All factors are
/// written in F32: llama.cpp rounds what it multiplies a 16-bit factor with to that type (measured with
/// BF16 factors: 5e-3 of the largest logit, against 3e-7). Only F64 loses something by it.
struct GGUFWriter {
  private let conversion: AdapterConversion
  private var adapter: Adapter { conversion.adapter }

  init(_ conversion: AdapterConversion) {
    self.conversion = conversion
  }

  func converted() throws(ErrorList) -> ConvertedAdapter {
    let stated = try conversion.ofBase { model throws(SettingProblem) in try model.textType }
    guard let type = stated else {
      throw refusal(
        "GGUF names and rows depend on the base's config.json; give --base, a folder that has one")
    }
    guard let architecture = GGUFArchitecture.forModelType(type) else {
      throw refusal(
        "the base's model_type \"\(escaped(type))\" has no table of GGUF names here; known are "
          + GGUFArchitecture.all.flatMap(\.modelTypes).joined(separator: ", "))
    }
    let errors = conversion.refusals(in: .gguf) { update in
      if update.magnitude != nil { return "DoRA has no form in GGUF" }
      if update.pair.down.shape.rank > 2 { return "a convolution has no form in GGUF" }
      return architecture.name(of: update.module) == nil
        ? "\"\(escaped(update.module))\" has no GGUF name in the architecture \(architecture.name)"
        : nil
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    let alpha = adapter.updates.commonAlpha.flatMap { alpha in
      Double(Float(alpha)) == alpha && alpha != 0 ? alpha : nil
    }
    let scaled = adapter.updates.map { update in
      ScaledUpdate(
        update, stated: alpha == nil ? 1 : update.pair.scaling, narrowsF64: true)
    }
    var tensors: [(name: String, tensor: Tensor)] = []
    for part in scaled { tensors += try named(part, architecture) }
    return ConvertedAdapter(
      form: .gguf(metadata(architecture, alpha: alpha ?? 0)), tensors: tensors, metadata: [:],
      modules: scaled.map(\.report), isUntouched: false)
  }

  private func refusal(_ problem: String) -> ErrorList {
    ErrorList([AdapterError.mismatch(file: adapter.file, problem: problem)])
  }

  private func named(
    _ part: ScaledUpdate, _ architecture: GGUFArchitecture
  ) throws(ErrorList) -> [(name: String, tensor: Tensor)] {
    let name = architecture.name(of: part.update.module) ?? part.update.module
    let isEmbedding = part.update.kind == .embedding
    let down = (isEmbedding ? part.down.transposed() : part.down).converted(to: .f32)
    var up = part.up.converted(to: .f32)
    if let kind = architecture.interleavedHeads(of: name) {
      do {
        let heads = try HeadOrder.headCount(
          part.update, kind, of: conversion.base, file: adapter.file)
        up = up.selectingRows(HeadOrder.split(rows: up.shape[0], heads: heads))
      } catch {
        throw ErrorList([error])
      }
    }
    return [(name + ".weight.lora_a", down), (name + ".weight.lora_b", up)]
  }

  private func metadata(_ architecture: GGUFArchitecture, alpha: Double) -> GGUFMetadata {
    var metadata: GGUFMetadata = [
      "general.architecture": .text(architecture.name), "general.type": .text("adapter"),
      "adapter.type": .text("lora"), "adapter.lora.alpha": .float(alpha),
    ]
    if let model = adapter.configuration.baseModel {
      metadata["general.base_model.count"] = .unsigned(1)
      metadata["general.base_model.0.name"] = .text(model)
    }
    return metadata
  }
}
