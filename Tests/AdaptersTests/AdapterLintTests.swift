import Adapters
import AdapterSamples
import Containers
import JSON
import Tensors
import Testing
import TestSupport

/// What `lora inspect` says is worth a look.
struct AdapterLintTests {
  /// A setting of a sound adapter of rank 2 on modules 0 and 4, and what it makes of it.
  static let cases: [(setting: String, value: JSONValue, finding: String)] = [
    ("rank_pattern", ["o_proj": 2], "rank_pattern \"o_proj\" matches no adapted module"),
    ("alpha_pattern", ["^4$x": 3], "alpha_pattern \"^4$x\" matches no adapted module"),
    ("r", 3, "0 has rank 2, which the configuration does not say"),
    ("target_modules", ["0", "4", "6"], "target_modules names \"6\", and no tensor belongs to it"),
    ("task_type", "SEQ_CLS", "has no classifier head"),
    ("init_lora_weights", "pissa_niter_4", "initialised by pissa_niter_4"),
    ("lora_alpha", 0, "lora_alpha is 0"),
    ("lora_alpha", -3, "lora_alpha is negative"),
    ("modules_to_save", ["lm_head"], "modules_to_save names \"lm_head\""),
    ("use_rslra", true, "the nearest known one is \"use_rslora\""),
    ("alpha_patern", ["0": 3], "setting \"alpha_patern\" is in use and is not known"),
    ("gate_config", ["gate": 2], "setting \"gate_config\" is in use and is not known"),
    ("use_dora", true, "use_dora is set, and 0 has no lora_magnitude_vector"),
  ]

  private static func findings(_ setting: String?, _ value: JSONValue = .null) throws -> [String] {
    AdapterLint.findings(try outline(setting, value))
  }

  private static func outline(
    _ setting: String?, _ value: JSONValue = .null
  ) throws -> AdapterOutline {
    var sample = SampleAdapter([("0", 10, 24), ("4", 16, 5)])
    sample.settings.removeAll { $0.0 == setting }
    if let setting { sample.settings.append((setting, value)) }
    let configuration = try AdapterConfiguration(
      JSONValue(members: sample.settings), file: "adapter")
    let entries = sample.tensors.map {
      TensorEntry(
        name: $0.name, type: $0.tensor.type, shape: $0.tensor.shape,
        range: 0..<$0.tensor.bytes.count)
    }
    return AdapterOutline(entries, configuration)
  }

  @Test func `every rule finds something here, and no two the same`() throws {
    let outlines =
      try Self.cases.map { try Self.outline($0.setting, $0.value) } + [Self.unstabilized()]
    var found: Set<String> = []
    for rule in AdapterLint.rules {
      let findings = Set(outlines.flatMap { rule.findings($0) })
      #expect(!findings.isEmpty && found.isDisjoint(with: findings), "\(rule)")
      found.formUnion(findings)
    }
  }

  @Test func `a sound adapter gives no finding`() throws {
    #expect(try Self.findings(nil) == [])
  }

  @Test(arguments: cases)
  func `a suspicious setting is named`(
    _ setting: String, _ value: JSONValue, _ finding: String
  ) throws {
    let findings = try Self.findings(setting, value)
    #expect(findings.contains { $0.contains(finding) }, "\(findings)")
  }

  /// Rank 256 with alpha 16: a sixteenth as alpha / r, 1 as alpha / √r.
  private static func unstabilized() throws -> AdapterOutline {
    let configuration = try AdapterConfiguration(
      ["peft_type": "LORA", "r": 256, "lora_alpha": 16, "target_modules": ["q"]], file: "adapter")
    let entries = [
      TensorEntry(name: "q.lora_A.weight", type: .f32, shape: [256, 512], range: 0..<524_288),
      TensorEntry(name: "q.lora_B.weight", type: .f32, shape: [512, 256], range: 0..<524_288),
    ]
    return AdapterOutline(entries, configuration)
  }

  @Test func `a scaling that only rank stabilization would make usual is named`() throws {
    let findings = AdapterLint.findings(try Self.unstabilized())
    #expect(findings.count == 1)
    #expect(findings[0].contains("would be 1.0 with use_rslora"))
  }
}
