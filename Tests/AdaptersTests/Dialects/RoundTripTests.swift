import Adapters
import AdapterSamples
import Containers
import JSON
import Kernels
import OrderedCollections
import Tensors
import Testing
import TestSupport

/// PEFT → X → PEFT, for each X: the merged weights keep every bit.
///
/// Weights in f32, bf16 and f16 take s·B rounded once to f32, whether the scale is multiplied by the
/// converter or by the merge, so equality is the law there even where an element of B is rounded. In
/// f64 the scale keeps more bits than a folded f32 factor, and one rounding is the bound.
struct RoundTripTests {
  enum Scaling: String, CaseIterable {
    /// One rank, one alpha, alpha / r a power of two.
    case powerOfTwo
    /// alpha / √r, which is no power of two.
    case rankStabilized
    /// Ranks and alphas that differ from module to module.
    case patterns
  }

  private static func settings(_ scaling: Scaling, _ module: String) -> (rank: Int, scaling: Double)
  {
    let isSecond = module.contains("layers.1")
    return switch scaling {
    case .powerOfTwo: (4, 2)
    case .rankStabilized: (3, 5 / 3.0.squareRoot())
    case .patterns: isSecond ? (5, 0.7) : module.hasSuffix("q_proj") ? (2, 8) : (4, 1.5)
    }
  }

  private static func modules(for dialect: AdapterDialect) -> [String] {
    // kohya has no embeddings.
    TinyLlama.modules.keys.elements.filter { dialect != .kohya || $0 != "model.embed_tokens" }
  }

  private static func fileName(_ dialect: AdapterDialect, _ stem: String) -> String {
    switch dialect {
    case .peft, .mlx: stem
    case .kohya, .diffusers, .comfy: stem + ".safetensors"
    case .gguf: stem + ".gguf"
    }
  }

  private static func convert(
    _ path: String, to dialect: AdapterDialect, as name: String, for model: TinyLlama,
    isUniform: Bool = false
  ) throws -> (path: String, converted: ConvertedAdapter) {
    var conversion = try AdapterConversion(
      try AdapterFile.open(path), base: try Checkpoint.open(model.basePath))
    conversion.isUniform = isUniform
    let converted = try conversion.converted(to: dialect)
    let output = model.scratch.path(fileName(dialect, name))
    try converted.write(to: output, options: OutputOptions(synchronizes: false), threads: 1)
    return (output, converted)
  }

  private static func differing(
    _ found: [String: Tensor], _ wanted: [String: Tensor]
  ) -> [String] {
    wanted.keys.sorted().filter { found[$0] != wanted[$0] }
  }

  /// Those that a language model's adapter has a form in.
  private static let dialects = AdapterDialect.allCases.filter {
    $0 != .diffusers && $0 != .comfy
  }

  static let cases: [(AdapterDialect, Scaling, FloatFormat)] = dialects.flatMap {
    dialect in
    Scaling.allCases.flatMap { scaling in
      [FloatFormat.f32, .bf16].map { (dialect, scaling, $0) }
    }
  }

  @Test(arguments: cases)
  func `a round trip keeps the bits of the merged weights`(
    _ dialect: AdapterDialect, _ scaling: Scaling, _ type: FloatFormat
  ) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch, type: type)
      let pairs = model.pairs(for: Self.modules(for: dialect)) { Self.settings(scaling, $0) }
      let original = try model.writePEFT(pairs, to: "original")
      let there = try Self.convert(original, to: dialect, as: "there", for: model)
      let back = try Self.convert(there.path, to: .peft, as: "back", for: model)
      let wanted = try model.merged(original)
      #expect(Self.differing(try model.merged(there.path), wanted) == [])
      #expect(Self.differing(try model.merged(back.path), wanted) == [])
      let rounded = back.converted.modules.filter { !$0.isExact }.map(\.module)
      #expect(rounded == [], "nothing is folded on the way back")
      #expect(wanted["model.norm.weight"] != nil)
    }
  }

  /// The report counts what is rounded: nothing where the dialect can state the scaling.
  @Test(arguments: [
    (AdapterDialect.kohya, Scaling.powerOfTwo, true), (.mlx, .powerOfTwo, true),
    (.gguf, .powerOfTwo, true), (.mlx, .rankStabilized, true), (.gguf, .rankStabilized, false),
    (.kohya, .rankStabilized, false), (.mlx, .patterns, false), (.gguf, .patterns, false),
  ])
  func `the report says whether a conversion is exact`(
    _ dialect: AdapterDialect, _ scaling: Scaling, _ isExact: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.modules(for: dialect)) { Self.settings(scaling, $0) }
      let original = try model.writePEFT(pairs, to: "original")
      let there = try Self.convert(original, to: dialect, as: "there", for: model)
      let rounded = there.converted.modules.filter { !$0.isExact }
      #expect(rounded.isEmpty == isExact)
      // What is called exact is: the factors themselves come back.
      guard isExact else { return }
      let adapter = try AdapterFile.open(
        try Self.convert(there.path, to: .peft, as: "back", for: model).path)
      for update in adapter.updates {
        let pair = try #require(pairs[update.module])
        let isSame = zip(pair.up.doubles ?? [], update.pair.up.doubles ?? []).allSatisfy {
          $0 * pair.scaling == $1 * update.pair.scaling
        }
        #expect(isSame, "\(update.module)")
      }
    }
  }

  @Test func `DoRA survives kohya and mlx-lm`() throws {
    for dialect in [AdapterDialect.kohya, .mlx] {
      try ScratchFolder.with { scratch in
        var model = try TinyLlama(in: scratch)
        let modules = ["model.layers.0.self_attn.q_proj", "model.layers.1.mlp.down_proj"]
        var pairs = model.pairs(for: modules) { Self.settings(.rankStabilized, $0) }
        for module in modules { pairs[module]?.magnitude = model.tensor([32]) }
        let original = try model.writePEFT(pairs, to: "original")
        let there = try Self.convert(original, to: dialect, as: "there", for: model)
        let back = try Self.convert(there.path, to: .peft, as: "back", for: model)
        let wanted = try model.merged(original)
        #expect(Self.differing(try model.merged(there.path), wanted) == [])
        #expect(Self.differing(try model.merged(back.path), wanted) == [])
      }
    }
  }

  @Test(arguments: Scaling.allCases)
  func `a uniform adapter needs neither patterns nor rsLoRA`(_ scaling: Scaling) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.modules(for: .peft)) { Self.settings(scaling, $0) }
      let original = try model.writePEFT(pairs, to: "original")
      let uniform = try Self.convert(
        original, to: .peft, as: "uniform", for: model, isUniform: true)
      let config = try JSONValue(contentsOf: uniform.path + "/adapter_config.json")
      #expect(config["rank_pattern"] == [:] && config["alpha_pattern"] == [:])
      #expect(config["use_rslora"] == false)
      #expect(
        Self.differing(try model.merged(uniform.path), try model.merged(original)) == [])
    }
  }

  @Test func `a PEFT folder and a single file hold the same tensors`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.modules(for: .peft)) { Self.settings(.patterns, $0) }
      let folder = try model.writePEFT(pairs, to: "folder")
      let conversion = try AdapterConversion(try AdapterFile.open(folder), base: nil)
      let converted = try conversion.converted(to: .peft)
      let file = scratch.path("adapter.safetensors")
      try converted.write(to: file, options: OutputOptions(synchronizes: false), threads: 1)
      let (one, two) = (try AdapterFile.open(folder), try AdapterFile.open(file))
      #expect(converted.isUntouched)
      #expect(one.fingerprint == two.fingerprint)
      #expect(one.configuration.document == two.configuration.document)
    }
  }

  @Test(arguments: [AdapterDialect.kohya, .mlx, .gguf])
  func `what a dialect cannot hold is refused by name`(_ dialect: AdapterDialect) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let folder = scratch.path("saved")
      try AdapterFile.write(
        AdapterContents(
          configuration: [
            ("peft_type", "LORA"), ("r", 2), ("lora_alpha", 2), ("target_modules", ["q_proj"]),
            ("modules_to_save", ["lm_head"]), ("lora_bias", true),
          ].asObject,
          tensors: [
            (
              "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
              model.tensor([2, 32])
            ),
            (
              "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
              model.tensor([32, 2])
            ),
            ("base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias", model.tensor([32])),
            ("base_model.model.lm_head.weight", model.tensor([10, 32])),
          ]), to: folder, options: OutputOptions(synchronizes: false), threads: 1)
      let error = try #require(throws: ErrorList.self) {
        _ = try Self.convert(folder, to: dialect, as: "there", for: model)
      }
      #expect(error.lines.count == 2)
      #expect(error.lines[0].contains("q_proj.lora_A.weight\": a bias of lora_B has no form in"))
      #expect(error.lines[1].contains("lm_head.weight\": a parameter that is replaced whole"))
      #expect(error.lines.allSatisfy { $0.contains("merge the adapter") })
      let left = try scratch.names().filter { $0.contains("there") }
      #expect(left == [])
    }
  }

  @Test func `DoRA is refused in GGUF`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let module = "model.layers.0.self_attn.q_proj"
      var pairs = model.pairs(for: [module]) { Self.settings(.powerOfTwo, $0) }
      pairs[module]?.magnitude = model.tensor([32])
      let original = try model.writePEFT(pairs, to: "original")
      let error = try #require(throws: ErrorList.self) {
        _ = try Self.convert(original, to: .gguf, as: "there", for: model)
      }
      #expect(error.lines.count == 1 && error.lines[0].contains("DoRA has no form in GGUF"))
    }
  }
}
