extension ModelFamily {
  /// The denoisers that are known.
  static let all = [
    stableDiffusion1, stableDiffusion2, stableDiffusionXL, stableDiffusion3, flux, flux2, chroma,
    hunyuanVideo, wan, qwenImage, zImage, ltxVideo,
  ]
}
