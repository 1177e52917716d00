import TestSupport
import Testing

/// A merge that was killed after the merged file had its name and before the remainder had its own.
@Suite struct SeparatedRemainderTests {
  private static let preparation = """
    set -e
    cp $FIXTURES/merge/bases/mlp-f32/model.safetensors base.safetensors
    cp -r $FIXTURES/merge/mlp-plain/adapter adapter
    "$LORA" merge base.safetensors adapter -o m.safetensors --reversible --quiet
    # What an earlier merge left under the name, and this one under its temporary.
    cp m.safetensors.remainder.safetensors .m.safetensors.remainder.safetensors.lora-tmp
    "$LORA" merge base.safetensors adapter@0.5 -o other.safetensors --reversible --quiet
    mv other.safetensors.remainder.safetensors m.safetensors.remainder.safetensors
    restored() { "$LORA" unmerge m.safetensors -o u.safetensors --force --quiet &&
      "$LORA" diff u.safetensors base.safetensors > /dev/null && echo restored; }
    """

  @Test(arguments: [
    ("true", ""),
    // Refused for its result, after its outputs were begun.
    (
      "! \"$LORA\" merge base.safetensors adapter@1e42 -o m.safetensors --reversible --force", "inf"
    ),
    ("! \"$LORA\" swap m.safetensors adapter@1e42 -o m.safetensors --reversible --force", "inf"),
    ("\"$LORA\" swap m.safetensors adapter@3 -o m.safetensors --reversible --force --quiet", ""),
    (
      "\"$LORA\" merge base.safetensors adapter@3 -o m.safetensors --reversible --force --quiet", ""
    ),
    ("\"$LORA\" swap m.safetensors adapter@3 --in-place --force --quiet", ""),
  ])
  func `it comes out, whatever is done next`(command: String, said: String) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        Self.preparation + "\n\(command)\nrestored\nls -A", in: scratch.root,
        environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.text.hasPrefix("restored\n"), "\(result.errorText)")
      #expect(result.errorText.contains(said) || said.isEmpty)
      if command != "true" { #expect(!result.text.contains("lora-tmp"), "\(result.text)") }
    }
  }
}
