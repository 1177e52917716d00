import Containers
import Tensors
import TestSupport

/// A folder with a base, two adapters, and the states before and after a change.
///
/// `in-place/old` and `new` are a merged file and its remainder before and after a swap,
/// `shards-in-place/old` and `new` a sharded folder, `shards` its base, `out-of-place/old` and `new`
/// the output of a merge. The tensors are small and the ring smaller, so that a change takes several
/// turns.
struct CrashSite {
  let folder: ScratchFolder
  static let environment = ["LORA_JOURNAL_RING": "40000"]

  private let layers: Int
  private let width: Int

  /// A site with these sizes, whose second adapter is a DoRA if asked for.
  init(
    in folder: ScratchFolder, layers: Int = 6, width: Int = 96, hasMagnitudes: Bool = false
  ) throws {
    self.folder = folder
    self.layers = layers
    self.width = width
    try writeBase()
    try writeAdapter("a", seed: 2)
    try writeAdapter("b", seed: 3, hasMagnitudes: hasMagnitudes)
    let made = try Tool.shell(
      """
      set -e
      mkdir -p in-place/old in-place/new out-of-place/old out-of-place/new
      mkdir -p shards-in-place/old shards-in-place/new
      "$LORA" merge base.safetensors a -o w.safetensors --reversible --quiet
      cp w.safetensors* in-place/old
      cp w.safetensors out-of-place/old
      "$LORA" swap w.safetensors b --in-place --threads 1 --quiet
      mv w.safetensors* in-place/new
      "$LORA" merge base.safetensors b -o out-of-place/new/w.safetensors --quiet
      "$LORA" convert base.safetensors -o shards --shard-size 50KB --quiet
      "$LORA" merge shards a -o shards-in-place/old/w --reversible --quiet
      cp -r shards-in-place/old/w w
      "$LORA" swap w b --in-place --threads 1 --quiet
      mv w shards-in-place/new
      """, in: folder.root, environment: Self.environment)
    guard made.exitCode == 0 else { throw Failure(text: made.errorText) }
  }

  struct Failure: Error {
    let text: String
  }

  private func modules() -> [String] {
    (0..<layers).map { "model.layers.\($0).self_attn.q_proj" }
  }

  private func writeBase() throws {
    var generator = Generator(seed: 1)
    let names = modules().map { $0 + ".weight" } + ["model.embed_tokens.weight"]
    try write("base.safetensors", names.map { ($0, [width, width], 0.02) }, &generator)
  }

  private func writeAdapter(
    _ name: String, seed: UInt64, hasMagnitudes: Bool = false
  ) throws {
    var generator = Generator(seed: seed)
    try folder.write(
      #"{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":["q_proj"],"use_dora":"#
        + "\(hasMagnitudes)}",
      to: "\(name)/adapter_config.json")
    let tensors = modules().flatMap { module in
      let magnitudes = [
        ("base_model.model.\(module).lora_magnitude_vector", [width] as Shape, 0.5)
      ]
      return [
        ("base_model.model.\(module).lora_A.weight", [4, width] as Shape, 0.02),
        ("base_model.model.\(module).lora_B.weight", [width, 4] as Shape, 0.01),
      ] + (hasMagnitudes ? magnitudes : [])
    }
    try write("\(name)/adapter_model.safetensors", tensors, &generator)
  }

  /// Writes random tensors in bf16.
  private func write(
    _ name: String, _ tensors: [(name: String, shape: Shape, scale: Double)],
    _ generator: inout Generator
  ) throws {
    let writer = try TensorFileWriter(
      to: .path(folder.path(name), OutputOptions()),
      entries: tensors.map { ($0.name, .bf16, $0.shape) }, metadata: ["format": "pt"])
    for tensor in tensors {
      let values = (0..<tensor.shape.elementCount).map { _ in
        Float(generator.normal() * tensor.scale)
      }
      let bytes = values.flatMap { value in
        let word = value.bitPattern >> 16
        return [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
      }
      try bytes.withBytes { try writer.append($0) }
    }
    try writer.finish()
  }

  /// Runs a script of the laboratory in the folder.
  func run(_ script: String, _ arguments: [String], timeout: Double) throws -> ProcessResult {
    try Tool.shell(
      "\"$SCRIPT\" \(arguments.joined(separator: " "))", in: folder.root,
      environment: Self.environment.merging(["SCRIPT": Self.laboratory + script]) { $1 },
      timeout: timeout)
  }

  private static let laboratory: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/Laboratory/"
  }()
}
