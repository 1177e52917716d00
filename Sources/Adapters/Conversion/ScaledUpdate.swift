import Tensors

/// An update whose scaling is split: a part that the file states, and a part that goes into B.
struct ScaledUpdate {
  let update: ModuleUpdate
  /// A, with zero rows added when the rank grew.
  let down: Tensor
  /// B times the folded part, with zero columns added when the rank grew.
  let up: Tensor
  let report: ConvertedAdapter.Module

  /// - Parameters:
  ///   - update: A resolved update.
  ///   - stated: The scaling that the file will state for this module.
  ///   - rank: The rank to fill up to with zeros, when the dialect has one for all.
  ///   - narrowsF64: Turns F64 into F32, for readers that have no F64.
  init(
    _ update: ModuleUpdate, stated: Double, rank: Int? = nil, narrowsF64: Bool = false
  ) {
    let folded = stated == update.pair.scaling ? 1 : update.pair.scaling / stated
    // Multiplied with the whole scaling where nothing is stated, so that it is rounded but once.
    let factor = FoldedFactor(
      update.pair.up, scale: stated == 1 ? update.pair.scaling : folded, narrowsF64: narrowsF64)
    let first = FoldedFactor(update.pair.down, scale: 1, narrowsF64: narrowsF64)
    let new = rank ?? update.rank
    self.update = update
    // Stacked experts keep their rank: their factors hold that of every expert.
    down = rank.map { Self.padded(first.tensor, axis: 0, to: $0) } ?? first.tensor
    up = rank.map { Self.padded(factor.tensor, axis: 1, to: $0) } ?? factor.tensor
    report = ConvertedAdapter.Module(
      module: update.module, rank: (update.rank, new), scaling: update.pair.scaling,
      folded: folded, roundedCount: first.roundedCount + factor.roundedCount)
  }

  /// Zeros behind what is there along axis 0 or 1; a kernel's other axes stay.
  private static func padded(_ tensor: Tensor, axis: Int, to count: Int) -> Tensor {
    let old = tensor.shape[axis]
    guard count != old else { return tensor }
    var dimensions = tensor.shape.dimensions
    dimensions[axis] = count
    let rows = dimensions[..<axis].reduce(1, *)
    let size = tensor.bytes.count / (rows * old)
    let padding = [UInt8](repeating: 0, count: (count - old) * size)
    var bytes: [UInt8] = []
    for row in 0..<rows {
      bytes += tensor.bytes[(row * old * size)..<((row + 1) * old * size)]
      bytes += padding
    }
    return Tensor(type: tensor.type, shape: Shape(dimensions), bytes: bytes)
  }
}

extension [ModuleUpdate] {
  /// One scaling that leaves only powers of two to fold: the first one's; else 1, and all is folded.
  var commonScaling: Double {
    guard let first = first?.pair.scaling, first != 0, first.isFinite else { return 1 }
    return allSatisfy { ($0.pair.scaling / first).isPowerOfTwo && $0.pair.scaling != 0 } ? first : 1
  }

  /// The alpha that makes alpha / rank the scaling of every one of them, in double precision.
  var commonAlpha: Double? {
    guard let first else { return nil }
    return AlphaSearch.candidates(scaling: first.pair.scaling, rank: first.rank).first { alpha in
      allSatisfy { AlphaSearch.fits(alpha, scaling: $0.pair.scaling, rank: $0.rank) }
    }
  }
}

/// Finds alpha for a scaling, so that alpha / rank is the scaling to the last bit.
enum AlphaSearch {
  /// scaling · rank and its neighbours, of which one gives the scaling back if any number does.
  static func candidates(scaling: Double, rank: Int) -> [Double] {
    let product = scaling * Double(rank)
    return [product, product.nextUp, product.nextDown]
  }

  static func fits(_ alpha: Double, scaling: Double, rank: Int) -> Bool {
    alpha / Double(rank) == scaling
  }

  static func alpha(scaling: Double, rank: Int) -> Double? {
    candidates(scaling: scaling, rank: rank).first { fits($0, scaling: scaling, rank: rank) }
  }
}
