import TestSupport
import Testing

@Suite struct PlanTests {
  private func plan(_ arguments: String...) throws -> LooseJSON { try plan(arguments) }

  private func plan(_ arguments: [String]) throws -> LooseJSON {
    let result = try Tool.run(["plan", "--json"] + arguments)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return try LooseJSON(parsing: result.output)
  }

  @Test(arguments: ["llama-bf16", "gpt2-f32", "mlp-f32", "mlp-f16", "bert-f32"])
  func `a checkpoint's parameters are the elements of its tensors`(_ base: String) throws {
    let path = Fixtures.path("merge/bases/\(base)")
    let report = try plan(path)
    let inspected = try LooseJSON(parsing: Tool.run(["inspect", "--json", path]).output)
    let file = try #require(inspected["files"]?[0] ?? inspected)
    #expect(report["model"]?["parameters"]?.number == file["parameters"]?.number)
    #expect(report["model"]?["bytes"]?.number == file["bytes"]?.number)
  }

  @Test func `a stream, its file and its configuration give the same plan`() throws {
    let folder = Fixtures.path("merge/bases/llama-f32")
    let file = folder + "/model.safetensors"
    // A file alone does not tell how long a sequence may be.
    let length = ["--sequence-length", "32"]
    let stream = try Tool.shell("$LORA plan - --json --sequence-length 32 < \(file)")
    let reports = [
      try plan([folder] + length), try plan([file] + length),
      try plan([folder + "/config.json"] + length),
      try LooseJSON(parsing: stream.output),
    ]
    for report in reports.dropFirst() {
      #expect(report["targets"] == reports[0]["targets"])
      #expect(report["memory"]?["methods"] == reports[0]["memory"]?["methods"])
      #expect(report["storage"] == reports[0]["storage"])
    }
  }

  @Test func `sizes make the model that a preset is`() throws {
    let preset = try plan("--preset", "tinyllama-1.1b")
    let sizes = try plan(
      "--hidden-size", "2048", "--layers", "22", "--heads", "32", "--kv-heads", "4",
      "--intermediate-size", "5632", "--vocab-size", "32000")
    #expect(preset["targets"] == sizes["targets"] && preset["memory"] == sizes["memory"])
    let larger = try plan("--preset", "tinyllama-1.1b", "--vocab-size", "32100")
    #expect(larger["model"]?["parameters"]?.number == Double(1_100_048_384 + 2 * 100 * 2048))
  }

  @Test func `own targets stand in the table, in memory and in storage`() throws {
    let report = try plan(
      "--preset", "llama-2-7b", "--target-modules", "q_proj,down_*", "--ranks", "8", "--rank", "8")
    let rows = report["targets"]?.items ?? []
    #expect(rows.last?["targets"]?.text == "q_proj,down_*")
    let parameters = Double(8 * 32 * (4096 + 4096 + 11008 + 4096))
    #expect(rows.last?["parameters"]?.number == parameters)
    #expect(report["storage"]?["adapter_bytes"]?.number == 4 * parameters)
    #expect(report["memory"]?["targets"]?.text == "q_proj,down_*")
  }

  @Test func `a 4-bit base is planned as what it stands for`() throws {
    let plain = try plan(Fixtures.path("merge/bases/qwen2-bf16"), "--sequence-length", "32")
    let small = try plan(
      Fixtures.path("quant/bnb-format/model.safetensors"), "--sequence-length", "32")
    #expect(small["model"]?["parameters"] == plain["model"]?["parameters"])
    #expect(small["targets"] == plain["targets"])
    #expect(small["memory"]?["methods"] == plain["memory"]?["methods"])
  }

  @Test func `a limit is answered in a sentence`() throws {
    let result = try Tool.run(["plan", "--preset", "llama-2-7b", "--budget", "20M"])
    #expect(
      result.text.contains(
        "Into 20,000,000 trained parameters fits all linear up to rank 8: 19,988,480."))
    let none = try plan("--preset", "llama-2-7b", "--memory", "1GiB")
    #expect(none["answer"]?["rank"] == .null)
  }

  @Test(arguments: [
    ("plan", 64, "name a checkpoint, a config.json, a --preset, or sizes; see 'lora help plan'"),
    ("plan --preset lama-2-7b", 64, "no preset is called \"lama-2-7b\"; the nearest is llama-2-7b"),
    ("plan nope.json", 66, "nope.json: no such file; check the path"),
    (
      "plan config.json", 65,
      "config.json: setting \"model_type\": \"nonsense\" is not known here; expected one of bert, "
        + "distilbert, gemma, gemma2, gemma3_text, gpt2, gpt_neox, granite, llama, mistral, mixtral, "
        + "modernbert, olmo, olmo2, opt, phi, phi3, qwen2, qwen3, qwen3_moe, roberta, smollm3, "
        + "xlm-roberta; name its checkpoint instead"
    ),
    (
      "plan --hidden-size 10 --layers 2 --heads 3 --intermediate-size 5 --vocab-size 7", 65,
      "sizes: setting \"num_attention_heads\": 3 does not divide hidden_size, 10"
    ),
    (
      "plan --hidden-size 16 --layers 2", 65,
      "sizes: setting \"intermediate_size\": is missing"
    ),
    (
      "plan --preset gpt2 --sizes 3,4", 64,
      "name one model: a path, a --preset, or --sizes; see 'lora help plan'"
    ),
    (
      "plan --sizes 3,4 --sequence-length 9", 64,
      "--sequence-length is for models that read tokens; leave it out; see 'lora help plan'"
    ),
  ])
  func `what cannot be planned is refused in one line`(
    _ command: String, _ exitCode: Int, _ line: String
  ) throws {
    try ScratchFolder.with { scratch in
      try scratch.write(#"{"model_type": "nonsense"}"#, to: "config.json")
      let words = command.split(separator: " ").map(String.init)
      let result = try Tool.run(words, in: scratch.root)
      #expect(Int(result.exitCode) == exitCode)
      #expect(result.errorLines == ["lora: error: " + line])
      #expect(result.text == "")
    }
  }
}
