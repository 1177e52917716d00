import TestSupport
import Testing

@Suite struct InspectAdapterTests {
  private let merge = Fixtures.path("merge")

  @Test func `an adapter is told with its costs beside the base`() throws {
    let result = try Tool.run(
      ["inspect", "mlp-plain/adapter", "--base", "bases/mlp-f32"], in: merge)
    #expect(result.errorText == "")
    #expect(
      result.text == """
        mlp-plain/adapter
          kind         adapter
          form         folder
          on disk      2.06 KiB (2,112 bytes)
          tensor data  1.48 KiB (1,520 bytes)
          tensors      6
          parameters   380

          adapter
            dialect                           PEFT
            rank                              4
            alpha                             8
            scaling                           2
            rank stabilized                   no
            DoRA                              no
            targets                           4, 2, 0
            adapted modules                   3
            trainable parameters              380
            reduction of the adapted weights  1.85x
            trained on                        golden/mlp-f32

            beside bases/mlp-f32
              parameters           749
              reduction            1.97x
              size                 2.93 KiB (2,996 bytes)
              the adapter's share  50.7 %

            module  rank  scaling  parameters  reduction
            0          4        2         136      1.76x
            2          4        2         160      2.40x
            4          4        2          84     0.952x

          metadata
            format  pt

          dtype  tensors  parameters     bytes
          F32          6         380  1.48 KiB

          tensor                            dtype  shape    bytes
          base_model.model.0.lora_A.weight  F32    [4, 10]  160 B
          base_model.model.0.lora_B.weight  F32    [24, 4]  384 B
          base_model.model.2.lora_A.weight  F32    [4, 24]  384 B
          base_model.model.2.lora_B.weight  F32    [16, 4]  256 B
          base_model.model.4.lora_A.weight  F32    [4, 16]  256 B
          base_model.model.4.lora_B.weight  F32    [5, 4]    80 B

        """)
  }

  @Test func `ranks and scalings are those that PEFT computed`() throws {
    for name in try Fixtures.names(in: "merge") where name != "bases" {
      let golden = try Fixtures.json("merge/\(name)/case.json", as: LooseJSON.self)
      let base = try #require(golden["base"]?.text)
      let result = try Tool.run(
        ["inspect", "--json", "--check", "\(name)/adapter", "--base", "\(name)/\(base)"], in: merge)
      #expect(result.errorText == "", "\(name)")
      let adapter = try LooseJSON(parsing: result.output)["files"]?[0]?["adapter"]
      let found = (adapter?["modules"]?.items ?? []).map { pair($0, "rank", "scaling") }
      let expected = (golden["modules"]?.members ?? [:]).values.map { pair($0, "r", "scaling") }
      #expect(found.sorted() == expected.sorted(), "\(name)")
      #expect(adapter?["stray"]?.items == [], "\(name)")
      #expect(adapter?["zero_module_count"]?.number == 0, "\(name)")
    }
  }

  private func pair(_ module: LooseJSON, _ rank: String, _ scaling: String) -> String {
    "\(module[rank]?.number ?? .nan) \(module[scaling]?.number ?? .nan)"
  }

  @Test func `a checked adapter that does not fit is shown, and every misfit named`() throws {
    let result = try Tool.run(
      ["inspect", "--check", "llama-plain/adapter", "--base", "bases/mlp-f32"], in: merge)
    #expect(result.exitCode == 65)
    #expect(result.text.hasPrefix("llama-plain/adapter\n"))
    #expect(result.errorLines.count == 4)
    #expect(
      result.errorLines[0] == "lora: error: llama-plain/adapter: tensor \"base_model.model.model."
        + "layers.0.self_attn.q_proj.lora_A.weight\": the base has no \"model.layers.0.self_attn."
        + "q_proj.weight\"; is this the adapter's base?")
  }

  @Test func `a merged file says what is in it, also from a stream`() throws {
    let result = try Tool.shell(
      "$LORA merge bases/mlp-f32/model.safetensors mlp-plain/adapter@0.5 -o - "
        + "| $LORA inspect --json - && echo ${PIPESTATUS[@]} >&2", in: merge)
    #expect(result.errorText == "0 0\n")
    let file = try LooseJSON(parsing: result.output)["files"]?[0]
    #expect(file?["kind"]?.text == "merged checkpoint")
    #expect(file?["form"]?.text == "stream")
    let adapter = file?["merged"]?["adapters"]?[0]
    #expect(adapter?["path"]?.text == "mlp-plain/adapter")
    #expect(adapter?["weight"]?.number == 0.5)
  }
}
