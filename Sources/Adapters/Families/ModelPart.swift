/// A part of an image or video model that has weights of its own, as adapters and files divide it.
package enum ModelPart: Hashable, Sendable, CaseIterable {
  /// The UNet or the transformer that takes the noise away.
  case denoiser
  case firstEncoder
  case secondEncoder
  case thirdEncoder

  /// As the command line and kohya's names spell it.
  package var word: String {
    switch self {
    case .denoiser: "unet"
    case .firstEncoder: "te1"
    case .secondEncoder: "te2"
    case .thirdEncoder: "te3"
    }
  }

  /// As messages name it.
  package var displayName: String {
    switch self {
    case .denoiser: "the denoiser (unet)"
    case .firstEncoder: "text encoder 1 (te1)"
    case .secondEncoder: "text encoder 2 (te2)"
    case .thirdEncoder: "text encoder 3 (te3)"
    }
  }

  /// The part that is spelled `word`; a transformer is a denoiser as a UNet is.
  package init?(word: String) {
    let spelled = word == "transformer" ? "unet" : word == "te" ? "te1" : word
    guard let part = Self.allCases.first(where: { $0.word == spelled }) else { return nil }
    self = part
  }
}
