import TestSupport
import Testing

/// What a process does that is started without standard input, output or error.
///
/// A file that it opens would get the descriptor that is free, and what is printed with it.
@Suite struct ClosedStreamTests {
  /// A run of each command, in a folder made by `preparation`.
  private static let lines = [
    "synth spirals",
    "pretrain plain.csv --hidden 8 --steps 2 -o out",
    "train spirals plain.csv --steps 2 --log log --chart chart.svg --checkpoint s -o out",
    "eval spirals plain.csv",
    "predict spirals plain.csv",
    "merge base adapter -o out.safetensors --reversible",
    "merge plain.safetensors adapter --in-place --reversible",
    "unmerge merged.safetensors --in-place",
    "unmerge merged.safetensors -o out.safetensors",
    "swap merged.safetensors adapter@0.5 --in-place",
    "swap merged.safetensors adapter@0.5 -o out.safetensors",
    "recover plain.safetensors",
    "verify merged.safetensors --base base --adapter adapter",
    "convert base -o out.safetensors.gz --gzip",
    "convert base -o out --shard-size 2KB",
    "extract base merged.safetensors --rank 2 -o out",
    "resize adapter --rank 1 -o out",
    "combine adapter@0.5 adapter@0.25 -o out",
    "quantize base -o out.safetensors --format nf4",
    "dequantize quantized -o out.safetensors",
    "inspect base adapter merged.safetensors --check",
    "plan base",
    "spectrum adapter --chart chart.svg",
    "diff base merged.safetensors",
    "explore adapter -o out.html",
    "tokenize text Hi",
    "generate text Hi --tokens 2",
    "embed text words.jsonl",
    "predict classifier ids.jsonl",
  ]

  private static let preparation = """
    set -e
    mkdir made; cd made
    cp -r $FIXTURES/spirals/base spirals; cp $FIXTURES/spirals/plain.csv .
    cp -r $FIXTURES/merge/bases/mlp-f32 base
    "$LORA" convert base/model.safetensors -o plain.safetensors --quiet
    cp -r $FIXTURES/text/models/qwen3/base text
    words=$(for i in $(seq 0 95); do printf '"t%d":%d,' $i $i; done)
    model='{"type":"BPE","vocab":{%s},"merges":[],"unk_token":"t0"}'
    printf '{"version":"1.0","added_tokens":[],"model":'"$model"'}' "${words%,}" > text/tokenizer.json
    printf '{"text":"t1"}' > words.jsonl; printf '{"input_ids":[5,6]}' > ids.jsonl
    cp -r $FIXTURES/text/models/roberta/base classifier
    cp -r $FIXTURES/merge/mlp-plain/adapter adapter
    cp -r $FIXTURES/train/spirals/quantized quantized
    "$LORA" merge plain.safetensors adapter -o merged.safetensors --reversible --quiet
    cd ..
    # The folder, and then what the command made of it: all of its files as one number.
    try() { rm -rf tried; cp -r made tried; (cd tried; eval "$1"); code=$?; }
    files() { (cd tried; find . -type f | sort | xargs cksum); }
    """

  private func run(_ script: String, in scratch: ScratchFolder) throws -> ProcessResult {
    try Tool.shell(
      Self.preparation + "\nset +e\n" + script, in: scratch.root,
      environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
  }

  @Test(arguments: lines)
  func `a closed stream changes no file, and a report that is lost is an error`(
    line: String
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        try '"$LORA" \(line) > ../printed 2> ../said'; usual=$code; files > usual
        [ $code -le 1 ] || cat said
        for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-' '>&- 2>&-'; do
          try '"$LORA" \(line) >> ../elsewhere 2> ../said '"$closed"
          files | cmp - usual || echo "other files without $closed: $(diff <(files) usual)"
          case "$closed" in
            *'>&-'*) wanted=$usual; [ "$closed" = '2>&-' ] || ! [ -s printed ] || wanted=74 ;;
            *) wanted=$usual ;;
          esac
          [ $code = $wanted ] || echo "exit $code without $closed, expected $wanted: $(cat said)"
          if [ "$closed" = '>&-' ]; then
            ! [ -s printed ] || grep -q 'standard output: is closed' said || cat said
          fi
        done
        """, in: scratch)
      #expect(result.text == "", "\(result.errorText)")
    }
  }

  @Test func `each command has its line`() throws {
    let commands = try CommandDeclaration.root().all.filter(\.children.isEmpty)
    for command in commands {
      let words = command.words.dropFirst().joined(separator: " ")
      #expect(Self.lines.contains { $0 == words || $0.hasPrefix(words + " ") }, "\(words)")
    }
  }

  @Test(arguments: [
    "merge - adapter -o out.safetensors", "merge base - -o out.safetensors", "inspect -",
    "train spirals - -o out", "predict spirals -", "convert - -o out.safetensors", "diff base -",
  ])
  func `closed standard input is no empty file`(line: String) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        try '"$LORA" \(line) <&-'
        echo $code; files > after; try true; files | cmp - after
        """, in: scratch)
      #expect(result.text == "66\n")
      #expect(
        result.errorText
          == "lora: error: standard input: is closed; pipe or redirect something into it\n")
    }
  }

  @Test func `help and usage errors do without the streams they are for`() throws {
    let result = try Tool.shell(
      """
      "$LORA" --help >&-; echo $?
      "$LORA" --version 2>&-; echo $?
      "$LORA" nonsense 2>&-; echo $?
      "$LORA" nonsense <&- >&- 2>&-; echo $?
      """)
    #expect(
      result.text.split(separator: "\n").filter { $0.allSatisfy(\.isNumber) } == [
        "74", "0", "64", "64",
      ])
    #expect(result.errorLines.count == 1 && result.errorText.contains("standard output: is closed"))
  }

  @Test(arguments: ["", " --force"])
  func `a file is not changed in place while its report is redirected into it`(
    extra: String
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try run(
        """
        cp made/merged.safetensors before
        for stream in '>>' '2>>'; do
          try '"$LORA" unmerge merged.safetensors --in-place\(extra) '"$stream"' merged.safetensors'
          echo $code
        done
        try '"$LORA" unmerge merged.safetensors --in-place\(extra) >> merged.safetensors'
        cmp tried/merged.safetensors before && echo kept
        """, in: scratch)
      #expect(result.text == "64\n64\nkept\n", "\(result.errorText)")
      #expect(result.errorText.contains("what is printed is redirected into it"))
    }
  }
}
