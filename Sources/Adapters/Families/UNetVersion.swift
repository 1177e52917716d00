import Tensors

/// What tells the three models with Stable Diffusion's UNet apart: sizes, depth, text encoders.
struct UNetVersion {
  /// Features of the text that attention reads.
  private let contexts: Set<Int>
  /// Modules of the UNet.
  private let pieces: [String]
  private let hasSecondEncoder: Bool

  private static let widths = [
    768: ModelFamily.stableDiffusion1, 1024: .stableDiffusion2, 2048: .stableDiffusionXL,
  ]

  init(_ adapter: Adapter) {
    var (contexts, pieces): (Set<Int>, [String]) = ([], [])
    for update in adapter.updates where ImageAdapter.part(of: update.module) == .denoiser {
      let name = ModuleReference(update.module)
      let run = ModelFamily.stableDiffusionXL.run(
        of: name.name, isUnderscored: name.isUnderscored)
      guard let piece = run?.pieces.first else { continue }
      pieces.append(piece)
      if piece.hasSuffix(".attn2.to_k"), update.pair.down.shape.rank > 1 {
        contexts.insert(update.pair.down.shape[1])
      }
    }
    (self.contexts, self.pieces) = (contexts, pieces)
    hasSecondEncoder = adapter.parts[.secondEncoder] != nil
  }

  init(_ denoiser: PartedBase.Part, hasSecondEncoder: Bool) {
    let shapes = denoiser.shapes
    pieces = shapes.map(\.piece)
    contexts = Set(
      shapes.filter { $0.piece.hasSuffix(".attn2.to_k") }
        .compactMap { $0.shape.dimensions.dropFirst().first })
    self.hasSecondEncoder = hasSecondEncoder
  }

  /// Those of `families` that it can be; all, when they have no such UNet or nothing tells.
  func narrowed(_ families: [ModelFamily]) -> [ModelFamily] {
    guard families.contains(where: \.isUNet) else { return families }
    if let width = contexts.first, contexts.count == 1, let family = Self.widths[width] {
      return families.filter { $0.name == family.name }
    }
    let isXL = hasSecondEncoder || pieces.contains(where: Self.isOnlyXL)
    let isSmall = pieces.contains { piece in
      ["down_blocks.0.attentions.", "down_blocks.3.", "up_blocks.3."]
        .contains(where: piece.hasPrefix)
    }
    guard isXL != isSmall else { return families }
    return families.filter { ($0.name == ModelFamily.stableDiffusionXL.name) == isXL }
  }

  /// SDXL has up to ten transformer blocks in one attention, the others one.
  private static func isOnlyXL(_ piece: String) -> Bool {
    let parts = piece.dottedParts
    guard let index = parts.firstIndex(of: "transformer_blocks"), index + 1 < parts.count else {
      return piece.hasPrefix("add_embedding.")
    }
    return parts[index + 1] != "0"
  }
}
