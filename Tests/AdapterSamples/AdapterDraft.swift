import Containers
import JSON
import Kernels
import OrderedCollections
import Tensors
import TestSupport

/// An adapter for `TinyLlama` before it is written, good until something is done to it.
package struct AdapterDraft {
  package enum Form {
    case peftFolder
    /// The tensors, with nothing that says what they are.
    case bareFile
    case mlxFolder
    case kohya
    case gguf
  }

  package static let first = "model.layers.0.self_attn.q_proj"
  package static let second = "model.layers.1.self_attn.v_proj"

  package var form: Form
  package var tensors: OrderedDictionary<String, Tensor>
  package var config: JSONValue
  package var gguf: GGUFMetadata
  /// Names of the files in the folder.
  package var tensorsName = "adapter_model.safetensors"
  package var configText: String?
  /// Bytes cut off the end of the tensor file.
  package var cutBytes = 0

  package init(_ form: Form) {
    self.form = form
    tensors = [:]
    config =
      [
        ("peft_type", "LORA"), ("r", 4), ("lora_alpha", 8),
        ("target_modules", ["q_proj", "v_proj"]),
      ].asObject
    gguf = [
      "general.type": .text("adapter"), "general.architecture": .text("llama"),
      "adapter.type": .text("lora"), "adapter.lora.alpha": .float(8),
    ]
    for (module, rows) in [(Self.first, 32), (Self.second, 16)] {
      let (a, b) = (Self.tensor([4, 32]), Self.tensor([rows, 4]))
      switch form {
      case .peftFolder, .bareFile:
        tensors["base_model.model.\(module).lora_A.weight"] = a
        tensors["base_model.model.\(module).lora_B.weight"] = b
      case .mlxFolder:
        tensors["\(module).lora_a"] = a.transposed()
        tensors["\(module).lora_b"] = b.transposed()
      case .kohya:
        let name = "lora_unet_" + module.replacing(".", with: "_")
        tensors[name + ".lora_down.weight"] = a
        tensors[name + ".lora_up.weight"] = b
        tensors[name + ".alpha"] = Tensor([Float(8)], shape: [])
      case .gguf:
        let name = module == Self.first ? "blk.0.attn_q" : "blk.1.attn_v"
        tensors[name + ".weight.lora_a"] = a
        tensors[name + ".weight.lora_b"] = b
      }
    }
    guard form == .mlxFolder else { return }
    tensorsName = "adapters.safetensors"
    let parameters: JSONValue = [("rank", 4), ("scale", 2), ("dropout", 0)].asObject
    config =
      [
        ("fine_tune_type", "lora"), ("num_layers", 2), ("lora_parameters", parameters),
      ].asObject
  }

  package static func tensor(_ shape: Shape, seed: UInt64 = 3) -> Tensor {
    var generator = Generator(seed: seed)
    return Tensor((0..<shape.elementCount).map { _ in Float(generator.normal()) }, shape: shape)
  }

  // MARK: Doing things to it

  /// The only tensor whose name ends so.
  private func name(_ ending: String) -> String {
    tensors.keys.first { $0.hasSuffix(ending) } ?? ending
  }

  package mutating func put(_ ending: String, _ tensor: Tensor) { tensors[name(ending)] = tensor }

  package mutating func put(_ ending: String, shape: Shape) { put(ending, Self.tensor(shape)) }

  package mutating func remove(_ ending: String) { tensors[name(ending)] = nil }

  package mutating func rename(_ part: String, to other: String) {
    tensors = OrderedDictionary(
      uniqueKeysWithValues: tensors.map { ($0.key.replacing(part, with: other), $0.value) })
  }

  package mutating func set(_ key: String, _ value: JSONValue?) { config[key] = value }

  package mutating func keepFirst() {
    tensors = tensors.filter {
      $0.key.contains("layers.0") || $0.key.contains("layers_0") || $0.key.contains("blk.0")
    }
  }

  // MARK: Writing it

  /// Writes it into `scratch` and returns its path.
  package func write(in scratch: ScratchFolder) throws -> String {
    let list = tensors.map { (name: $0.key, tensor: $0.value) }
    switch form {
    case .gguf:
      let path = scratch.path("adapter.gguf")
      try GGUFFileWriter.write(
        list, metadata: gguf, to: .path(path, OutputOptions(synchronizes: false)))
      return try cut(path, "adapter.gguf", in: scratch)
    case .kohya, .bareFile:
      let path = scratch.path("adapter.safetensors")
      try TinyLlama.write(list, to: path)
      return try cut(path, "adapter.safetensors", in: scratch)
    case .peftFolder, .mlxFolder:
      try scratch.write(configText ?? config.indentedText, to: "adapter/adapter_config.json")
      let path = scratch.path("adapter/" + tensorsName)
      try TinyLlama.write(list, to: path)
      _ = try cut(path, "adapter/" + tensorsName, in: scratch)
      return scratch.path("adapter")
    }
  }

  private func cut(_ path: String, _ name: String, in scratch: ScratchFolder) throws -> String {
    guard cutBytes > 0 else { return path }
    return try scratch.write(try scratch.read(name).dropLast(cutBytes), to: name)
  }
}
