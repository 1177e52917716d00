import AdapterSamples
import Adapters
import Containers
import Tensors
import Testing
import TestSupport

/// What diffusers and others say of alpha in the header of an adapter without `alpha` tensors.
@Suite struct SavedSettingsTests {
  private static let module = "blocks.0.attn.to_q"

  private static func adapter(
    named prefix: String, _ metadata: [String: String], in scratch: ScratchFolder
  ) throws -> Adapter {
    let tensors = ["A": Shape([4, 8]), "B": Shape([6, 4])].map {
      (name: prefix + module + ".lora_\($0.key).weight", tensor: AdapterDraft.tensor($0.value))
    }
    let path = scratch.path("adapter.safetensors")
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(synchronizes: false)),
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) },
      metadata: .init(uniqueKeysWithValues: metadata.map { ($0.key, $0.value) }),
      compression: .none, threads: 1)
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish(metadata: nil)
    return try AdapterFile.open(path)
  }

  private static let diffusers = "lora_adapter_metadata"

  @Test(arguments: [
    ("transformer.", [diffusers: #"{"transformer.r": 4, "transformer.lora_alpha": 16}"#], 4.0),
    (
      "transformer.",
      [
        diffusers:
          #"{"transformer.r": 4, "transformer.lora_alpha": 16, "transformer.use_rslora": true}"#
      ], 8.0
    ),
    (
      "unet.",
      [
        diffusers: #"""
        {"unet.r": 9, "unet.rank_pattern": {"to_q": 4}, "unet.lora_alpha": 16,
        "unet.alpha_pattern": {"attn.to_q": 2}, "text_encoder.lora_alpha": 99}
        """#
      ], 0.5
    ),
    ("transformer.", [diffusers: #"{"unet.r": 4, "unet.lora_alpha": 16}"#], 1.0),
    ("transformer.", ["lora_alpha": "16", "r": "4"], 4.0),
    ("transformer.", ["network_alpha": "2.0"], 0.5),
    ("transformer.", ["format": "pt"], 1.0),
    ("", [diffusers: #"{"r": 4, "lora_alpha": 16, "target_modules": ["to_q"]}"#], 4.0),
  ])
  func `the header's alpha scales the update`(
    _ prefix: String, _ metadata: [String: String], _ scaling: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let adapter = try Self.adapter(named: prefix, metadata, in: scratch)
      #expect(adapter.updates.map(\.pair.scaling) == [scaling])
    }
  }

  @Test(arguments: [
    ([diffusers: "{"], "byte 1"), ([diffusers: "[]"], "expected an object"),
    ([diffusers: #"{"transformer.lora_alpha": NaN}"#], "expected a finite number"),
    ([diffusers: #"{"transformer.r": 8, "transformer.lora_alpha": 8}"#], "states rank 8"),
    (["lora_alpha": "much"], "expected a number"),
  ])
  func `a header that does not go with the factors is refused`(
    _ metadata: [String: String], _ said: String
  ) throws {
    try ScratchFolder.with { scratch in
      let error = try #require(throws: (any Error).self) {
        try Self.adapter(named: "transformer.", metadata, in: scratch)
      }
      #expect("\(error)".contains(said), "\(error)")
    }
  }
}
