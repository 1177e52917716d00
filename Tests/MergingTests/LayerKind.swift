import Tensors

/// A kind of layer, with its own idea of how a weight lies and what it does to an input.
enum LayerKind: CaseIterable {
  case linear
  case squareLinear
  /// GPT-2's: the weight lies `[in, out]`.
  case conv1D
  case squareConv1D
  case embedding
  case convolution
  case pointwiseConvolution

  func allows(_ scaling: LayerScaling) -> Bool { true }

  var isFanInFanOut: Bool { self == .conv1D || self == .squareConv1D }

  /// Inputs and outputs as the pair sees them: A `[rank, inputs]`, B `[outputs, rank]`.
  var size: (inputs: Int, outputs: Int) {
    switch self {
    case .linear: (13, 9)
    case .squareLinear, .squareConv1D: (11, 11)
    case .conv1D: (10, 14)
    case .embedding: (17, 6)
    case .convolution: (3 * 2 * 3, 5)
    case .pointwiseConvolution: (7, 5)
    }
  }

  var weightShape: Shape {
    switch self {
    case .linear, .squareLinear: [size.outputs, size.inputs]
    case .conv1D, .squareConv1D, .embedding: [size.inputs, size.outputs]
    case .convolution: [5, 3, 2, 3]
    case .pointwiseConvolution: [5, 7, 1, 1]
    }
  }

  func downShape(rank: Int) -> Shape {
    switch self {
    case .convolution: [rank, 3, 2, 3]
    case .pointwiseConvolution: [rank, 7, 1, 1]
    default: [rank, size.inputs]
    }
  }

  func upShape(rank: Int) -> Shape {
    switch self {
    case .convolution, .pointwiseConvolution: [size.outputs, rank, 1, 1]
    default: [size.outputs, rank]
    }
  }

  var magnitudeShape: Shape {
    switch self {
    case .convolution, .pointwiseConvolution: [1, size.outputs, 1, 1]
    default: [size.outputs]
    }
  }

  /// The weight that joins input `i` to output `o`.
  func weightIndex(input: Int, output: Int) -> Int {
    switch self {
    case .conv1D, .squareConv1D, .embedding: input * size.outputs + output
    default: output * size.inputs + input
    }
  }

  func names(_ module: String) -> (down: String, up: String, magnitude: String) {
    self == .embedding
      ? (
        "\(module).lora_embedding_A", "\(module).lora_embedding_B",
        "\(module).lora_magnitude_vector"
      )
      : ("\(module).lora_A.weight", "\(module).lora_B.weight", "\(module).lora_magnitude_vector")
  }
}
