import Containers
import Kernels
import Tensors
import TestSupport
import Testing

/// Saved states that are whole, and not ones of the run that takes them up.
@Suite struct ForeignStateTests {
  private static let run = [
    "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--steps", "40", "--optimizer",
    "adamw", "--holdout", "0", "--quiet", "--no-sync", "-o", "out.safetensors", "--checkpoint",
    "states", "--every",
    "20", "--resume", "--force",
  ]

  /// What is done to the tensors, and what is said of it.
  private struct Change: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let message: String
    let apply: @Sendable (String, Tensor) -> (String, Tensor)?

    init(
      _ description: String, _ message: String,
      _ apply: @escaping @Sendable (String, Tensor) -> (String, Tensor)?
    ) {
      (testDescription, self.message, self.apply) = (description, message, apply)
    }
  }

  private static let changes = [
    Change("a value is missing", "tensor \"value.0.lora_B.weight\" is missing") {
      $0 == "value.0.lora_B.weight" ? nil : ($0, $1)
    },
    Change("a value has another name", "tensor \"value.0.lora_B.weight\" is missing") {
      ($0.replacing("value.0.lora_B.weight", with: "value.1.lora_B.weight"), $1)
    },
    Change(
      "a value is shorter", "tensor \"value.2.lora_A.weight\" has the type F32 and the shape [1]"
    ) {
      $0 == "value.2.lora_A.weight" ? ($0, Tensor([Float(1)], shape: [1])) : ($0, $1)
    },
    Change(
      "a value is empty", "tensor \"value.4.lora_A.weight\" has the type F32 and the shape [0]"
    ) {
      $0 == "value.4.lora_A.weight" ? ($0, Tensor([Float](), shape: [0])) : ($0, $1)
    },
    Change("a value has another type", "tensor \"value.2.lora_A.weight\" has the type F64") {
      $0 == "value.2.lora_A.weight"
        ? ($0, Tensor(($1.floats ?? []).map(Double.init), shape: $1.shape)) : ($0, $1)
    },
    Change("a moment is missing", "tensor \"first.2.lora_B.weight\" is missing") {
      $0 == "first.2.lora_B.weight" ? nil : ($0, $1)
    },
    Change("all second moments are missing", "tensor \"second.0.lora_A.weight\" is missing") {
      $0.hasPrefix("second.") ? nil : ($0, $1)
    },
    Change(
      "a moment is empty", "tensor \"second.2.lora_B.weight\" has the type F32 and the shape [0]"
    ) {
      $0 == "second.2.lora_B.weight" ? ($0, Tensor([Float](), shape: [0])) : ($0, $1)
    },
    Change("the history has no steps that can be", "its history has step nan") {
      $0 == "history.steps"
        ? ($0, Tensor([Double.nan, 1, 1, 1], shape: [1, 4])) : ($0, $1)
    },
  ]

  @Test(arguments: changes)
  private func `a whole state of another network is named, and an earlier one used`(
    change: Change
  ) throws {
    try ScratchFolder.with { scratch in
      let whole = try Tool.run(Self.run, in: scratch.root)
      #expect(whole.exitCode == 0, "\(whole.errorText)")
      let adapter = try scratch.read("out.safetensors")
      try replace(scratch, in: "states/step-00000040", change.apply)
      let result = try Tool.run(Self.run, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains(change.message), "\(result.errorText)")
      #expect(try scratch.read("out.safetensors") == adapter)
    }
  }

  @Test func `a place beyond the table is named`() throws {
    try ScratchFolder.with { scratch in
      #expect(try Tool.run(Self.run, in: scratch.root).exitCode == 0)
      try replace(scratch, in: "states/step-00000040", { ($0, $1) }) { text in
        text.replacing(try Regex(#""row": \d+"#), with: #""row": 100000"#)
      }
      let result = try Tool.run(Self.run, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.errorText.contains("it stands before row 100001 of a table of 300"))
    }
  }

  /// Writes a state anew, with a manifest that is right.
  private func replace(
    _ scratch: ScratchFolder, in folder: String,
    _ change: (String, Tensor) -> (String, Tensor)?, state: (String) throws -> String = { $0 }
  ) throws {
    let path = scratch.path(folder + "/state.safetensors")
    let tensors = try TensorFile.open(path).tensors().compactMap { change($0.0.name, $0.1) }
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(force: true)),
      entries: tensors.map { ($0.0, $0.1.type, $0.1.shape) }, metadata: ["format": "pt"])
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish()
    let text = try state(
      String(decoding: scratch.read(folder + "/lora-state.json"), as: UTF8.self))
    try scratch.write(text, to: folder + "/lora-state.json")
    var manifest = String(
      decoding: try scratch.read(folder + "/lora-manifest.json"), as: UTF8.self)
    let digests = [
      "tensors": Fingerprint(tensors: tensors.map { ($0.0, Fingerprint($0.1)) }),
      "state": text.withBytes { Fingerprint(Digest(of: $0)) },
    ]
    for (key, digest) in digests {
      manifest = manifest.replacing(
        try Regex("\"\(key)\": \"[^\"]*\""), with: "\"\(key)\": \"\(digest)\"")
    }
    try scratch.write(manifest, to: folder + "/lora-manifest.json")
  }
}
