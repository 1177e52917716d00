import Testing
import TestSupport

/// The same bad input is refused in the same words: no message depends on the order of a hash, which
/// Swift draws anew in each process.
struct RepeatableRefusalTests {
  /// Ways to be refused with several things to blame, run where the fixtures are.
  private static let refusals = [
    // Six modules of stacked experts, and none fits.
    "merge $WORK/experts.safetensors $WORK/experts -o $WORK/out.safetensors",
    // An adapter of other modules than the base has.
    "merge merge/bases/gpt2-f32 merge/llama-plain/adapter -o $WORK/out --any-base",
    "merge merge/bases/mlp-f32 merge/llama-patterns/adapter -o $WORK/out --any-base",
    // Modules without a form in the other dialect.
    "convert merge/gpt2-dora/adapter --to gguf --base merge/bases/gpt2-f32 -o $WORK/out.gguf",
    "convert merge/cnn-conv2d-dora/adapter --to mlx -o $WORK/out",
    // Adapters and checkpoints that do not go together.
    "combine merge/llama-plain/adapter merge/gpt2-conv1d/adapter -o $WORK/out",
    "extract merge/bases/llama-f32 merge/bases/gpt2-f32 --rank 2 -o $WORK/out",
  ]

  @Test(arguments: refusals)
  func `a refusal has the same words in fifty processes`(_ arguments: String) throws {
    try ScratchFolder.with { scratch in
      try Self.writeExperts(in: scratch)
      let result = try Tool.shell(
        """
        unset SWIFT_DETERMINISTIC_HASHING
        for run in $(seq 50); do
          "$LORA" \(arguments) 2>&1 | tr '\\n' '|'
          echo "exit ${PIPESTATUS[0]}"
        done | sort -u
        """, in: Fixtures.path(""), environment: ["WORK": scratch.path("")], timeout: 120)
      let texts = result.text.split(separator: "\n")
      #expect(texts.count == 1, "\(result.text)")
      #expect(texts.first?.hasSuffix("exit 65") ?? false, "\(result.text)")
    }
  }

  @Test func `modules of experts that do not fit are blamed in the order of the file`() throws {
    try ScratchFolder.with { scratch in
      try Self.writeExperts(in: scratch)
      let result = try Tool.run(
        ["merge", "experts.safetensors", "experts", "-o", "out.safetensors"],
        in: scratch.path(""))
      let blamed = result.errorText.matches(of: /layers\.(\d)\.mlp\.experts\.lora_A/)
        .compactMap { Int($0.1) }
      #expect(result.exitCode == 65)
      #expect(blamed == Array(0..<6))
    }
  }

  /// Two experts of a `[4, 6]` matrix in each of six layers, and factors of another size for them.
  private static func writeExperts(in scratch: ScratchFolder) throws {
    let modules = (0..<6).map { "model.layers.\($0).mlp.experts" }
    try scratch.write(
      RawSafetensors.zeros(modules.map { ($0 + ".gate_up_proj", "F32", [2, 4, 6], 192) }),
      to: "experts.safetensors")
    try scratch.write(
      RawSafetensors.zeros(
        modules.flatMap { module in
          [
            ("base_model.model.\(module).lora_A.weight", "F32", [4, 99], 1584),
            ("base_model.model.\(module).lora_B.weight", "F32", [98, 4], 1568),
          ]
        }), to: "experts/adapter_model.safetensors")
    try scratch.write(
      #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": [], "#
        + #""target_parameters": ["mlp.experts.gate_up_proj"]}"#,
      to: "experts/adapter_config.json")
  }
}
