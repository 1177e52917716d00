import JSON
import OrderedCollections
import Tensors

/// Writes what `MLXDialect` reads: one rank and one scale for all modules.
///
/// mlx-lm compares the shape of every tensor with the one rank of its configuration, so smaller ranks
/// are filled up with zeros, which changes nothing. It puts LoRA layers into the last `num_layers`
/// blocks, at the modules that `keys` names: relative to their block, or in full outside of blocks.
struct MLXWriter {
  private let conversion: AdapterConversion
  private var adapter: Adapter { conversion.adapter }

  init(_ conversion: AdapterConversion) {
    self.conversion = conversion
  }

  func converted() throws(ErrorList) -> ConvertedAdapter {
    let dora = adapter.updates.filter { $0.magnitude != nil }
    let errors = conversion.refusals(in: .mlx) { update in
      if update.pair.down.shape.rank > 2 { return "a convolution has no form in mlx-lm" }
      if update.kind == .embedding, update.magnitude != nil {
        return "mlx-lm normalises the rows of a DoRA embedding, PEFT its columns"
      }
      return !dora.isEmpty && update.magnitude == nil
        ? "mlx-lm has DoRA for all modules or for none, and this one is plain" : nil
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    let (rank, scale) = (conversion.commonRank, adapter.updates.commonScaling)
    let scaled = adapter.updates.map { ScaledUpdate($0, stated: scale, rank: rank) }
    var tensors: [(name: String, tensor: Tensor)] = []
    for part in scaled {
      let module = part.update.module
      tensors.append((module + ".lora_a", part.down.transposed()))
      tensors.append((module + ".lora_b", part.up.transposed()))
      if let magnitude = part.update.magnitude {
        tensors.append((module + ".m", magnitude.reshaped(to: [magnitude.shape.elementCount])))
      }
    }
    return ConvertedAdapter(
      form: .mlx(try configuration(rank: rank, scale: scale, isDoRA: !dora.isEmpty)),
      tensors: tensors, metadata: conversion.metadata, modules: scaled.map(\.report),
      isUntouched: false)
  }

  private func configuration(
    rank: Int, scale: Double, isDoRA: Bool
  ) throws(ErrorList) -> JSONValue {
    let places = adapter.updates.map { BlockPlace($0.module) }
    let keys = OrderedSet(places.map(\.key)).sorted()
    let lowest = places.compactMap(\.block).min()
    // -1 stands for all blocks.
    let layers = try conversion.ofBase { model throws(SettingProblem) in try model.layerCount }
      .flatMap { count in
        lowest.map { $0 < count ? count - $0 : -1 }
      }
    return JSONValue(members: [
      ("fine_tune_type", .string(isDoRA ? "dora" : "lora")),
      ("model", adapter.configuration.baseModel.map(JSONValue.string) ?? .null),
      ("num_layers", .number(JSONNumber(layers ?? -1))),
      (
        "lora_parameters",
        JSONValue(members: [
          ("rank", .number(JSONNumber(rank))), ("scale", .number(JSONNumber(scale))),
          ("dropout", .number(JSONNumber(adapter.configuration.dropout))),
          ("keys", .array(keys.map(JSONValue.string))),
        ])
      ),
    ])
  }
}

/// Where a module lies among a model's repeated blocks: in which one, and under what name in it.
private struct BlockPlace {
  let block: Int?
  let key: String

  init(_ module: String) {
    let parts = module.split(separator: ".")
    guard
      let index = parts.firstIndex(where: { part in
        part.utf8.allSatisfy { (48...57).contains($0) }
      }), index + 1 < parts.count
    else {
      block = nil
      key = module
      return
    }
    block = Int(parts[index])
    key = parts[(index + 1)...].joined(separator: ".")
  }
}
