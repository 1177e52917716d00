import TestSupport
import Testing

/// What is carried along from a folder that somebody else made.
@Suite struct SideFileTests {
  private static let preparation = """
    set -e
    cp -r $FIXTURES/merge/bases/llama-f16 base
    cp -r $FIXTURES/merge/llama-f16/adapter adapter
    "$LORA" quantize base -o quantized --quiet
    echo secret > private; chmod 600 private
    """

  private static let commands = [
    "merge base adapter -o out", "convert base -o out --dtype f32", "quantize base -o out",
    "dequantize quantized -o out", "convert base -o out --shard-size 20KB",
  ]

  private func run(_ script: String, in scratch: ScratchFolder) throws -> ProcessResult {
    try Tool.shell(
      Self.preparation + "\n" + script, in: scratch.root,
      environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
  }

  @Test(arguments: commands, ["../private", "$PWD/private", "deep/link"])
  func `a link out of the folder is refused, and what it leads to not read`(
    command: String, target: String
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        mkdir base/deep quantized/deep
        for folder in base quantized; do
          ln -s $PWD/private $folder/deep/link
          ln -s \(target) $folder/tokenizer_config.json
        done
        set +e
        "$LORA" \(command) --quiet; echo $?; ls -A | grep -E 'out|tmp'
        """, in: scratch)
      #expect(result.text == "65\n")
      #expect(
        result.errorText.contains("/tokenizer_config.json: is a link to \(scratch.root)/private"),
        "\(result.errorText)")
      #expect(result.errorLines.count { $0.hasPrefix("lora: error:") } == 1)
    }
  }

  @Test(arguments: commands)
  func `config.json is no exception`(command: String) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        for folder in base quantized; do
          mv $folder/config.json $folder.json; ln -s ../$folder.json $folder/config.json
        done
        set +e
        "$LORA" \(command) --quiet; echo $?
        """, in: scratch)
      #expect(result.text == "65\n", "\(result.errorText)")
      #expect(result.errorText.contains("/config.json: is a link to"))
    }
  }

  @Test func `links in the folder and in a download cache are followed`() throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        mv base/config.json base/c.json; ln -s c.json base/config.json
        "$LORA" merge base adapter -o one --quiet
        mkdir -p hub/models--a--b/snapshots/1234 hub/models--a--b/blobs
        for file in config.json model.safetensors; do
          cp base/$file hub/models--a--b/blobs/$file-hash
          ln -s ../../blobs/$file-hash hub/models--a--b/snapshots/1234/$file
        done
        ln -s $PWD/hub/models--a--b/snapshots/1234 linked
        for folder in hub/models--a--b/snapshots/1234 linked; do
          "$LORA" merge $folder adapter -o two --quiet --force
          cmp one/config.json two/config.json; cmp one/model.safetensors two/model.safetensors
        done
        """, in: scratch)
      #expect(result.exitCode == 0, "\(result.text)\(result.errorText)")
    }
  }

  @Test(arguments: ["600", "640", "644", "444"])
  func `others may do no more with the output than with what was read`(mode: String) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        umask 022
        echo '{}' > base/tokenizer.json
        chmod \(mode) base/model.safetensors base/tokenizer.json
        "$LORA" merge base adapter -o out --reversible --quiet
        "$LORA" merge base/model.safetensors adapter -o m.safetensors --reversible --quiet
        stat -c %a out/model.safetensors out/tokenizer.json out/lora_remainder.safetensors \
          m.safetensors m.safetensors.remainder.safetensors
        stat -c %a out/config.json out
        """, in: scratch)
      #expect(result.exitCode == 0, "\(result.errorText)")
      // The owner can always write; a folder is no file.
      let expected = mode == "444" ? "644" : mode
      #expect(
        result.text
          == String(repeating: expected + "\n", count: 5) + "644\n755\n", "\(result.text)")
    }
  }
}
