@testable import Adapters
import Containers
import Tensors
import Testing

/// The names of a family's modules in each naming, and the rows that they stand for.
struct NamingTests {
  private static let families = ModelFamily.all + [.clipText]

  @Test(arguments: families.indices)
  func `a piece is in one module of each naming, and a module's name is found again`(
    _ index: Int
  ) {
    let family = Self.families[index]
    for rule in family.original.rules {
      let numbers = rule.name.text.count { $0 == "#" }
      let name = rule.name.filled(with: (0..<numbers).map { "\($0 + 3)" })
      let run = family.run(of: name)
      #expect(run?.name == name && run?.pieces.count == rule.pieces.count)
      #expect(family.run(of: UnderscoredNames.underscored(name), isUnderscored: true) == run)
      for (place, piece) in (run?.pieces ?? []).enumerated() {
        let holders = family.original.holders(of: piece)
        #expect(holders.contains { $0.run == run && $0.index == place }, "\(piece)")
        #expect(holders.count == 1, "\(piece)")
        #expect(family.diffusers.holders(of: piece).count == 1, "\(piece)")
      }
    }
  }

  @Test(arguments: [
    (
      "lora_unet_double_blocks_0_img_attn_qkv", ModelPart.denoiser as ModelPart?,
      "double_blocks_0_img_attn_qkv"
    ),
    ("lora_unet__blocks_0_ffn_0", .denoiser, "blocks_0_ffn_0"),
    (
      "lora_te2_text_model_encoder_layers_0_mlp_fc1", .secondEncoder,
      "text_model_encoder_layers_0_mlp_fc1"
    ),
    ("lycoris_blocks_0_ffn_0", nil, "blocks_0_ffn_0"),
    ("diffusion_model.blocks.0.ffn.0", .denoiser, "blocks.0.ffn.0"),
    ("unet.base_model.model.conv_in", .denoiser, "conv_in"),
    ("text_encoders.clip_l.transformer.text_model.x", .firstEncoder, "text_model.x"),
    ("conditioner.embedders.1.model.ln_final", .secondEncoder, "ln_final"),
    ("base_model.model.double_blocks.0.img_mod.lin", nil, "double_blocks.0.img_mod.lin"),
  ])
  func `a name says its part`(_ module: String, _ part: ModelPart?, _ name: String) {
    let reference = ModuleReference(module)
    #expect(reference.part == part && reference.name == name)
  }

  @Test(arguments: [
    (NamingRule.Share.equal, 3, [24, 8], [8, 8, 8] as [Int]?), (.equal, 3, [25, 8], nil),
    (.columns(count: 3), 4, [56, 8], [8, 8, 8, 32]), (.columns(count: 3), 4, [24, 8], nil),
    (.equal, 1, [7, 8], [7]),
  ])
  func `rows are shared out as the family says`(
    _ share: NamingRule.Share, _ count: Int, _ shape: [Int], _ sizes: [Int]?
  ) {
    let run = ModuleRun(name: "m", pieces: (0..<count).map { "p\($0)" }, share: share)
    #expect(run.sizes(rows: shape[0], columns: shape[1]) == sizes)
  }

  @Test(arguments: [
    (["transformer.h.0.self_attention.dense.lora_A.weight"], false),
    (["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"], false),
    (["model.layers.0.self_attn.q_proj.lora_A.default.weight"], false),
    (["transformer.blocks.0.attn.Wqkv.lora_A.weight"], false),
    (["transformer.blocks.0.attn1.to_q.lora_A.weight"], true),
    (["transformer.transformer_blocks.0.attn1.to_q.lora_A.weight"], true),
    (["base_model.model.double_blocks.0.img_attn.qkv.lora_A.weight"], true),
    (["transformer_blocks.0.img_mod.1.lora_A.default.weight"], true),
    (["diffusion_model.anything.lora_A.weight"], true),
    (["double_blocks.0.processor.qkv_lora1.down.weight"], true),
  ])
  func `an adapter without a configuration is told by its names`(
    _ names: [String], _ isImage: Bool
  ) {
    #expect(ImageAdapter.isOne(names) == isImage)
  }
}
