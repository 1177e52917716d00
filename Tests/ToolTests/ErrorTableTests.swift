import TestSupport
import Testing

/// What a person does wrong, and what is said.
private struct Mistake: Sendable, CustomTestStringConvertible {
  let command: String
  let exitCode: Int32
  let line: String

  init(_ command: String, _ exitCode: Int32, _ line: String) {
    self.command = command
    self.exitCode = exitCode
    self.line = line
  }

  var testDescription: String { command }
}

private let mistakes = [
  Mistake(
    "merge nope $MLP_ADAPTER -o out", 66,
    "nope: no such file; check the path"),
  Mistake(
    "merge $FIXTURES/csv $MLP_ADAPTER -o out", 66,
    "$FIXTURES/csv: holds neither model.safetensors, nor model.safetensors.index.json, nor the "
      + "same of diffusers (diffusion_pytorch_model), nor a "
      + "single .safetensors file; name the folder or file that has the weights"),
  Mistake(
    "merge $BROKEN/containers/truncated-header.safetensors $MLP_ADAPTER -o out", 65,
    "$BROKEN/containers/truncated-header.safetensors: byte 0: the header length is 57, and the "
      + "file has 30 bytes; it is cut short: fetch it again"),
  Mistake(
    "merge $BROKEN/containers/overlap.safetensors $MLP_ADAPTER -o out", 65,
    "$BROKEN/containers/overlap.safetensors: tensor \"b\": begins at data byte 4, inside the "
      + "tensor before it, which ends at 8; the header is damaged"),
  Mistake(
    "merge $BROKEN/containers/duplicate-name-other-place.safetensors $MLP_ADAPTER -o out", 65,
    "$BROKEN/containers/duplicate-name-other-place.safetensors: tensor \"w\": byte 68: the name "
      + "is there twice; which tensor is meant is unclear: rewrite the file"),
  Mistake(
    "merge $BROKEN/gzip/truncated-body.safetensors.gz $MLP_ADAPTER -o out", 65,
    "$BROKEN/gzip/truncated-body.safetensors.gz: byte 46: the compressed data ends too early; "
      + "fetch the file again"),
  Mistake("merge $MLP nope -o out", 66, "nope: no such file; check the path"),
  Mistake(
    "merge $MLP $MLP -o out", 65,
    "$MLP: expected adapter_config.json in the folder, found none; it is a model, and a model comes "
      + "before its adapters"),
  Mistake(
    "merge $MLP nan.safetensors -o out", 65,
    "nan.safetensors: tensor \"0.lora_A.weight\": element 1 is nan; the adapter is damaged or its "
      + "training diverged"),
  Mistake(
    "merge $MLP/model.safetensors $MLP_ADAPTER -o there", 73,
    "there: exists; use --force to replace it"),
  Mistake(
    "merge $MLP/model.safetensors $MLP_ADAPTER -o link --force", 73,
    "link: is a symbolic link to there; name that file, or follow links explicitly"),
  Mistake(
    "merge $MLP/model.safetensors $MLP_ADAPTER -o missing/out", 73,
    "missing/out: lies in a folder that does not exist; create the folder first"),
  Mistake(
    "merge $MLP/model.safetensors $MLP_ADAPTER -o - > /dev/full", 74,
    "standard output: writing failed: No space left on device; what it has got is not complete"),
  Mistake(
    "train $SPIRALS/base $FIXTURES/csv/ragged-short/data.csv -o out", 65,
    "$FIXTURES/csv/ragged-short/data.csv: line 3: 2 fields, the header has 3"),
  Mistake(
    "train $SPIRALS/base $FIXTURES/csv/word-feature/data.csv -o out", 65,
    "$FIXTURES/csv/word-feature/data.csv: line 2: column \"x2\": \"two\" is not a decimal number"),
  Mistake(
    "train $SPIRALS/base $FIXTURES/csv/label-too-large/data.csv -o out", 65,
    "$FIXTURES/csv/label-too-large/data.csv: line 3: column \"label\": label 3 is out of range; "
      + "class ids are 0 to 2"),
  Mistake(
    "train $SPIRALS/base nope.csv -o out", 66, "nope.csv: no such file; check the path"),
  Mistake(
    "train $SPIRALS/base $SPIRALS/plain.csv -o out --rank 0", 64,
    "--rank is 0, expected 1 to 65536; see 'lora help train'"),
  Mistake(
    "train $SPIRALS/base $SPIRALS/plain.csv", 64,
    "missing expected argument '--output <path>'; see 'lora help train'"),
  Mistake(
    "synth spirals --noise much", 64,
    "the value 'much' is invalid for '--noise <size>'; see 'lora help synth spirals'"),
  Mistake(
    "inspect --threads 0 x", 64,
    "--threads is 0, expected 1 to 1024; see 'lora help inspect'"),
  Mistake("inspect - -", 64, "'-' can be read only once; see 'lora help inspect'"),
  Mistake("mrge", 64, "there is no command 'mrge'; the nearest is 'merge'; see 'lora help'"),
  Mistake("help mrge", 64, "there is no command 'mrge'; the nearest is 'merge'; see 'lora help'"),
  Mistake(
    "synth spiral", 64,
    "there is no command 'synth spiral'; the nearest is 'spirals'; see 'lora help synth'"),
  Mistake(
    "merge $MLP $MLP_ADAPTER --outptu x", 64,
    "unknown option '--outptu'; the nearest is '--output'; see 'lora help merge'"),
  Mistake(
    "train $SPIRALS/base $SPIRALS/plain.csv --lr=0.1 -o out", 64,
    "unknown option '--lr'; it is '--learning-rate' here; see 'lora help train'"),
  Mistake(
    "train $SPIRALS/base $SPIRALS/plain.csv -r 4 -o out", 64,
    "unknown option '-r'; it is '--rank' here; see 'lora help train'"),
  Mistake(
    "merge", 64,
    "missing expected argument '<base>', as in: lora merge <base> <adapter[@weight]>; see "
      + "'lora help merge'"),
  Mistake(
    "merge $FIXTURES/spirals/rotated.csv $MLP_ADAPTER -o out", 65,
    "$FIXTURES/spirals/rotated.csv: is a table in text form, and weights are wanted here; it goes where a "
      + "command wants DATA"),
  Mistake(
    "merge $MLP $MLP_ADAPTER@much -o out", 66,
    "$MLP_ADAPTER@much: no such file; a weight is a number behind @, as in $MLP_ADAPTER@0.5"),
  Mistake(
    "merge $MLP $MLP_ADAPTER:0.5 -o out", 66,
    "$MLP_ADAPTER:0.5: no such file; a weight is a number behind @, as in $MLP_ADAPTER@0.5"),
  Mistake(
    "merge $MLP $MLP_ADAPTER@0 -o out", 65,
    "$MLP_ADAPTER: 0 tensors change: all that is added is zero or lost in rounding; a weight of 0 "
      + "adds nothing; give another"),
  Mistake(
    "plan --preset llama-2-7b --memory 24", 64,
    "--memory 24 is that many bytes; say the unit, as in 24GiB; see 'lora help plan'"),
]

@Suite struct ErrorTableTests {
  private let places = [
    "FIXTURES": Fixtures.packageRoot + "/fixtures",
    "BROKEN": Fixtures.path("malformed"),
    "MLP": Fixtures.path("merge/bases/mlp-f32"),
    "MLP_ADAPTER": Fixtures.path("merge/mlp-plain/adapter"),
    "SPIRALS": Fixtures.path("train/spirals"),
  ]

  @Test(arguments: mistakes)
  fileprivate func `each mistake is one line and leaves nothing behind`(_ mistake: Mistake) throws {
    try ScratchFolder.with { scratch in
      try scratch.write("kept", to: "there")
      try scratch.write(adapterWithNaN, to: "nan.safetensors")
      let result = try Tool.shell(
        "ln -s there link; $LORA \(mistake.command)", in: scratch.root, environment: places)
      #expect(result.exitCode == mistake.exitCode)
      #expect(result.errorText == "lora: error: \(expanded(mistake.line))\n")
      #expect(result.text == "")
      #expect(try scratch.names() == ["link", "nan.safetensors", "there"])
      #expect(try scratch.read("there") == Array("kept".utf8))
    }
  }

  @Test func `an output that may not grow is refused before it is there`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        "ulimit -f 1; $LORA merge $MLP/model.safetensors $MLP_ADAPTER -o out.safetensors",
        in: scratch.root, environment: places)
      #expect(result.exitCode == 73)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.hasPrefix("lora: error: out.safetensors: no space for "))
      #expect(try scratch.names() == [])
    }
  }

  @Test func `all that does not fit is said, a line each`() throws {
    let result = try Tool.shell(
      "$LORA merge $MLP $FIXTURES/merge/llama-plain/adapter -o -", environment: places)
    #expect(result.exitCode == 65)
    #expect(result.errorLines.count == 4)
    #expect(result.errorLines.allSatisfy { $0.contains("the base has no \"model.layers.") })
    #expect(result.text == "")
  }

  /// Places by their names, the longest first so that none is taken for the start of another.
  private func expanded(_ line: String) -> String {
    places.sorted { $0.key.count > $1.key.count }
      .reduce(line) { $0.replacing("$" + $1.key, with: $1.value) }
  }

  /// An adapter in one file whose A has a NaN.
  private var adapterWithNaN: [UInt8] {
    let header =
      #"{"__metadata__":{"lora.adapter_config":"{\"peft_type\":\"LORA\",\"r\":1,"#
      + #"\"lora_alpha\":1,\"target_modules\":[\"0\"]}"},"0.lora_A.weight":{"dtype":"F32","#
      + #""shape":[1,10],"data_offsets":[0,40]},"0.lora_B.weight":{"dtype":"F32","#
      + #""shape":[24,1],"data_offsets":[40,136]}}"#
    var data = [UInt8](repeating: 0, count: 136)
    data.replaceSubrange(4..<8, with: [0, 0, 0xC0, 0x7F])
    return RawSafetensors.bytes(header: header, data: data)
  }
}
