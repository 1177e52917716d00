import Tensors
import Testing
import TestSupport

/// What a person does wrong with spectra, extraction, combination and comparison.
private struct Mistake: Sendable, CustomTestStringConvertible {
  let command: String
  let exitCode: Int32
  let line: String

  init(_ command: String, _ exitCode: Int32, _ line: String) {
    (self.command, self.exitCode, self.line) = (command, exitCode, line)
  }

  var testDescription: String { command }
}

private let mistakes = [
  Mistake(
    "extract $BASE $BASE --rank 2 -o out", 65,
    "$BASE: differs in no tensor from $BASE; there is nothing to extract: are these the two files "
      + "that were meant?"),
  Mistake(
    "extract $BASE $TUNED --rank 60 -o out", 65,
    "$TUNED: tensor \"layers.0.attn.weight\": expected a rank of at most 48 for [48, 64], found "
      + "60; lower --rank, or give --max-rank 60 in its place, which takes what each has\n"
      + "lora: error: $TUNED: tensor \"layers.0.up.weight\": expected a rank of at most 48 for "
      + "[96, 48], found 60; lower --rank, or give --max-rank 60 in its place, which takes what "
      + "each has"),
  Mistake(
    "extract shapes.safetensors other-shapes.safetensors --rank 1 -o out", 65,
    "other-shapes.safetensors: tensor \"b.weight\": is missing here, though shapes.safetensors "
      + "has it; are these two of the same model?\n"
      + "lora: error: shapes.safetensors: tensor \"c.weight\": is missing here, though "
      + "other-shapes.safetensors has it; are these two of the same model?\n"
      + "lora: error: other-shapes.safetensors: tensor \"a.weight\": expected F32 [2, 3] as in its "
      + "counterpart, found F32 [3, 2]; are these two of the same model?"),
  Mistake(
    "extract plain.safetensors nan.safetensors --rank 1 -o out", 65,
    "nan.safetensors: tensor \"a.weight\": element 4 is not finite, and the difference there is "
      + "nan; the checkpoint is damaged or its training diverged"),
  Mistake(
    "spectrum plain.safetensors nan.safetensors", 65,
    "nan.safetensors: tensor \"a.weight\": element 4 is not finite, and the difference there is "
      + "nan; the checkpoint is damaged or its training diverged"),
  Mistake(
    "spectrum nan.safetensors", 65,
    "nan.safetensors: tensor \"a.weight\": element 4 is nan; the checkpoint is damaged"),
  Mistake(
    "spectrum $BASE $BASE", 65,
    "$BASE: no matrix differs from $BASE; a spectrum of zeros says nothing: are these the two "
      + "files that were meant?"),
  Mistake(
    "spectrum $STYLE --tensor 7", 65, "$STYLE: no matrix is called \"7\""),
  Mistake(
    "extract $BASE $TUNED --budget 20 -o out", 65,
    "$TUNED: a budget of 20 parameters does not pay for one rank of any matrix; the cheapest costs "
      + "112"),
  Mistake(
    "extract $BASE $TUNED -o out", 64,
    "give --rank, --energy or --budget: how much is kept; see 'lora help extract'"),
  Mistake(
    "extract $BASE $TUNED --rank 2 --energy 0.9 -o out", 64,
    "--rank, --energy and --budget exclude each other; see 'lora help extract'"),
  Mistake(
    "extract $BASE $TUNED --energy 1.5 -o out", 64,
    "--energy is 1.5, expected above 0 and up to 1; see 'lora help extract'"),
  Mistake("extract nope $TUNED --rank 2 -o out", 66, "nope: no such file; check the path"),
  Mistake(
    "extract $BASE $TUNED --rank 2 -o there", 73,
    "there: is a file where a folder is to be written; choose another name"),
  Mistake(
    "resize $STYLE --budget 10 -o out", 65,
    "$STYLE: a budget of 10 parameters does not pay for rank 1 of its 3 modules, which takes 92"),
  Mistake(
    "combine $STYLE $SMALL --method linear -o out", 65,
    "$SMALL: tensor \"base_model.model.0.lora_A.weight\": expected rank 4 as in $STYLE, found 2; "
      + "linear adds factors of one rank: use exact, cat or svd"),
  Mistake(
    "combine $STYLE $MLP_ADAPTER -o out", 65,
    "$MLP_ADAPTER: tensor \"base_model.model.0.lora_A.weight\": [4, 10] and [24, 4] are for "
      + "another layer than [4, 12] and [20, 4] of $STYLE; are they of one base?\n"
      + "lora: error: $MLP_ADAPTER: tensor \"base_model.model.2.lora_A.weight\": [4, 24] and "
      + "[16, 4] are for another layer than [4, 20] and [16, 4] of $STYLE; are they of one base?\n"
      + "lora: error: $MLP_ADAPTER: tensor \"base_model.model.4.lora_A.weight\": [4, 16] and "
      + "[5, 4] are for another layer than [4, 16] and [8, 4] of $STYLE; are they of one base?"),
  Mistake(
    "combine $STYLE --density 0.5 -o out", 64,
    "--density has no meaning for exact; see 'lora help combine'"),
  Mistake(
    "combine $STYLE --method tis -o out", 64,
    "the value 'tis' is invalid for '--method <method>'. Please provide one of the following: - "
      + "exact - cat - svd - linear - ties - ties_svd - dare_linear - dare_linear_svd - dare_ties "
      + "- dare_ties_svd - magnitude_prune - magnitude_prune_svd; see 'lora help combine'"),
  Mistake(
    "diff $STYLE $BASE", 65,
    "$BASE: is a checkpoint, and $STYLE an adapter; compare two of a kind, or the stored "
      + "tensors with --stored"),
]

@Suite struct SpectralMistakeTests {
  private let places = [
    "BASE": Fixtures.path("spectrum/extract-f32/base"),
    "TUNED": Fixtures.path("spectrum/extract-f32/tuned"),
    "STYLE": Fixtures.path("combine/adapters/style"),
    "SMALL": Fixtures.path("combine/adapters/small"),
    "MLP_ADAPTER": Fixtures.path("merge/mlp-plain/adapter"),
  ]

  @Test(arguments: mistakes)
  fileprivate func `each is named, with its exit status, and leaves nothing`(
    _ mistake: Mistake
  ) throws {
    try ScratchFolder.with { scratch in
      try Self.write(
        [("a.weight", [2, 3]), ("b.weight", [1, 1])], "shapes.safetensors", in: scratch)
      try Self.write(
        [("a.weight", [3, 2]), ("c.weight", [1, 1])], "other-shapes.safetensors", in: scratch)
      try Self.write([("a.weight", [2, 3])], "plain.safetensors", in: scratch)
      try Self.write([("a.weight", [2, 3])], "nan.safetensors", in: scratch, nanAt: 4)
      try scratch.write("kept", to: "there")
      let before = try scratch.names()
      let result = try Tool.shell("$LORA \(mistake.command)", in: scratch.root, environment: places)
      #expect(result.exitCode == mistake.exitCode)
      #expect(result.errorText == "lora: error: \(expanded(mistake.line))\n")
      #expect(result.text == "")
      #expect(try scratch.names() == before)
    }
  }

  /// Places by their names, the longest first so that none is taken for the start of another.
  private func expanded(_ line: String) -> String {
    places.sorted { $0.key.count > $1.key.count }
      .reduce(line) { $0.replacing("$" + $1.key, with: $1.value) }
  }

  /// A checkpoint in F32, all ones but a NaN.
  private static func write(
    _ tensors: [(name: String, shape: [Int])], _ file: String, in scratch: ScratchFolder,
    nanAt place: Int? = nil
  ) throws {
    var (entries, values): ([String], [Float]) = ([], [])
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(4 * values.count),\(4 * (values.count + count))]}")
      values += [Float](repeating: 1, count: count)
    }
    if let place { values[place] = .nan }
    let data = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    try scratch.write(
      RawSafetensors.bytes(header: "{" + entries.joined(separator: ",") + "}", data: data),
      to: file)
  }
}
