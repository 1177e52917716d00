extension ModelFamily {
  /// Stable Diffusion 1.x; the three of them have one UNet, and differ in its sizes.
  static let stableDiffusion1 = ModelFamily(
    "Stable Diffusion 1", original: UNetNames.rules(attentionFrom: 1), isKohyaDiffusers: true,
    isUNet: true)
  static let stableDiffusion2 = ModelFamily(
    "Stable Diffusion 2", original: UNetNames.rules(attentionFrom: 1), isKohyaDiffusers: true,
    isUNet: true)
  static let stableDiffusionXL = ModelFamily(
    "SDXL", original: UNetNames.rules(attentionFrom: 0), isUNet: true)
}

/// The modules of Stable Diffusion's UNet: two residual blocks a level, four levels at most.
///
/// The model's own code numbers blocks through. With x the level and i the block in it:
///
/// | diffusers                                | the model's own                                        |
/// |------------------------------------------|--------------------------------------------------------|
/// | `down_blocks.x.resnets.i`, `.attentions.i` | `input_blocks.{1 + 3x + i}.0`, `.1`                  |
/// | `down_blocks.x.downsamplers.0.conv`      | `input_blocks.{3x + 3}.0.op`                           |
/// | `mid_block.resnets.0`, `.attentions.0`, `.resnets.1` | `middle_block.0`, `.1`, `.2`               |
/// | `up_blocks.x.resnets.i`, `.attentions.i` | `output_blocks.{3x + i}.0`, `.1`                       |
/// | `up_blocks.x.upsamplers.0.conv`          | `output_blocks.{3x + 2}.1.conv`, behind attention `.2.conv` |
///
/// Source: <https://github.com/CompVis/stable-diffusion/blob/main/ldm/modules/diffusionmodules/openaimodel.py>
private enum UNetNames {
  /// All rules.
  ///
  /// - Parameter first: The first of the levels up that has attention.
  /// - Returns: One rule for each module.
  static func rules(attentionFrom first: Int) -> [NamingRule] {
    embedders + block("middle_block.0", "mid_block.resnets.0", residual)
      + block("middle_block.1", "mid_block.attentions.0", attention)
      + block("middle_block.2", "mid_block.resnets.1", residual)
      + (0..<4).flatMap { downLevel($0) + upLevel($0, hasAttention: $0 >= first) }
  }

  private static func downLevel(_ level: Int) -> [NamingRule] {
    (0..<2).flatMap { index in
      let (name, piece) = ("input_blocks.\(1 + 3 * level + index)", "down_blocks.\(level)")
      return block(name + ".0", piece + ".resnets.\(index)", residual)
        + block(name + ".1", piece + ".attentions.\(index)", attention)
    } + [
      NamingRule(
        "input_blocks.\(3 * level + 3).0.op", "down_blocks.\(level).downsamplers.0.conv")
    ]
  }

  private static func upLevel(_ level: Int, hasAttention: Bool) -> [NamingRule] {
    let upsampler = "output_blocks.\(3 * level + 2).\(hasAttention ? 2 : 1).conv"
    return (0..<3).flatMap { index in
      let (name, piece) = ("output_blocks.\(3 * level + index)", "up_blocks.\(level)")
      return block(name + ".0", piece + ".resnets.\(index)", residual)
        + block(name + ".1", piece + ".attentions.\(index)", attention)
    } + [
      NamingRule(upsampler, "up_blocks.\(level).upsamplers.0.conv")
    ]
  }

  private static func block(
    _ name: String, _ piece: String, _ modules: [(String, String)]
  ) -> [NamingRule] {
    modules.map { NamingRule("\(name).\($0.0)", "\(piece).\($0.1)") }
  }

  private static let embedders = [
    NamingRule("input_blocks.0.0", "conv_in"), NamingRule("out.0", "conv_norm_out"),
    NamingRule("out.2", "conv_out"), NamingRule("time_embed.0", "time_embedding.linear_1"),
    NamingRule("time_embed.2", "time_embedding.linear_2"),
    NamingRule("label_emb.0.0", "add_embedding.linear_1"),
    NamingRule("label_emb.0.2", "add_embedding.linear_2"),
  ]

  private static let residual = [
    ("in_layers.0", "norm1"), ("in_layers.2", "conv1"), ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"), ("out_layers.3", "conv2"), ("skip_connection", "conv_shortcut"),
  ]

  private static let attention =
    (["norm", "proj_in", "proj_out"]
    + [
      "norm1", "norm2", "norm3", "ff.net.0.proj", "ff.net.2", "attn1.to_q", "attn1.to_k",
      "attn1.to_v", "attn1.to_out.0", "attn2.to_q", "attn2.to_k", "attn2.to_v",
      "attn2.to_out.0",
    ].map { "transformer_blocks.#." + $0 }).map { ($0, $0) }
}
