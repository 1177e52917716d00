import Kernels
import Tensors

extension Transformer: AdaptableNetwork {
  package var modules: [String] {
    var (network, names) = (self, [String]())
    network.withLinears { names.append($0.module) }
    return names
  }

  package mutating func withLinear<Result>(
    named name: String, _ body: (inout Linear<Scalar>) throws -> Result
  ) rethrows -> Result? {
    var result: Result?
    try withLinears { linear in
      if linear.module == name { result = try body(&linear) }
    }
    return result
  }

  /// Calls `body` with every linear layer, from the input's on.
  package mutating func withLinears(
    _ body: (inout Linear<Scalar>) throws -> Void
  ) rethrows {
    for index in blocks.indices { try blocks[index].withLinears(body) }
    try language?.projection.apply(body)
    try classifier?.withLinears(body)
  }

  /// Calls `body` with every tensor of the network itself; a head that is the embedding is none.
  package mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    try embedding.withTensors(body)
    for index in blocks.indices {
      try blocks[index].withLinears { try $0.withTensors(body) }
      try blocks[index].withNorms { try $0.withTensors(body) }
    }
    try finalNorm?.withTensors(body)
    if language?.isTied == false { try language?.projection.withTensors(body) }
    try classifier?.withLinears { try $0.withTensors(body) }
    try classifier?.norm?.withTensors(body)
  }
}
