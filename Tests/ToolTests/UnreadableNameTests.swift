import TestSupport
import Testing

/// File names that are not UTF-8, which the tool would turn into others.
@Suite struct UnreadableNameTests {
  @Test(arguments: [
    "inspect $name", "merge base.safetensors adapter -o $name", "convert base.safetensors -o $name",
    "merge $name adapter -o out.safetensors", "synth spirals --noise $name", "$name",
  ])
  func `a word that is not UTF-8 is refused before anything is written`(line: String) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        cp $FIXTURES/merge/bases/mlp-f32/model.safetensors base.safetensors
        cp -r $FIXTURES/merge/mlp-plain/adapter adapter
        name=$(printf 'caf\\351.safetensors'); cp base.safetensors "$name" || exit 9
        before=$(ls); "$LORA" \(line) > /dev/null; echo $?
        [ "$(ls)" = "$before" ] && echo same; rm "$name"
        """, in: scratch.root,
        environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures", "LC_ALL": "C"])
      #expect(result.text == "64\nsame\n", "\(result.errorText)")
      #expect(result.errorText.contains("is not UTF-8 text; rename the file, or name a link to it"))
      #expect(result.errorLines.count == 1)
    }
  }

  @Test(arguments: ["merge base adapter -o out", "convert base -o out", "inspect base"])
  func `a folder with such a name is refused, and the file in it not lost`(line: String) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        cp -r $FIXTURES/merge/bases/mlp-f32 base
        cp -r $FIXTURES/merge/mlp-plain/adapter adapter
        echo x > "base/$(printf 'caf\\351.txt')" || exit 9
        "$LORA" \(line) > /dev/null; echo $?; ls; rm -r base
        """, in: scratch.root, environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
      #expect(result.text == "65\nadapter\nbase\n")
      #expect(
        result.errorText
          == "lora: error: base: holds a file whose name is not UTF-8 text, and would "
          + "be lost; rename it\n")
    }
  }
}
