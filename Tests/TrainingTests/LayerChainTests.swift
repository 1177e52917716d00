import Tensors
import Testing
import Training

@Suite struct LayerChainTests {
  private func tensor(_ name: String, _ shape: Shape) -> Weight<Float> {
    Weight(name: name, shape: shape, values: Array(repeating: 0.5, count: shape.elementCount))
  }

  @Test(arguments: [
    ["0", "2", "4"], ["0", "2", "10"], ["net.fc1", "net.fc2", "net.fc10"],
    ["layers.2.linear", "layers.9.linear", "layers.11.linear"],
  ])
  func `layers follow their names, numbers by value, whatever the file's order`(
    modules: [String]
  ) throws {
    let tensors = [
      tensor(modules[2] + ".weight", [3, 5]), tensor(modules[0] + ".bias", [4]),
      tensor(modules[1] + ".weight", [5, 4]), tensor(modules[0] + ".weight", [4, 2]),
      tensor(modules[2] + ".bias", [3]),
    ]
    let layers = try layerChain(tensors, file: "base")
    #expect(layers.map(\.module) == modules)
    #expect(layers.map(\.outputs) == [4, 5, 3])
    #expect(layers.map { $0.bias == nil } == [false, true, false])
  }

  @Test func `what is no multilayer perceptron is refused by name`() {
    func refusal(_ tensors: [Weight<Float>]) -> String? {
      do {
        _ = try layerChain(tensors, file: "base.safetensors")
        return nil
      } catch {
        return error.description
      }
    }
    let first = tensor("0.weight", [4, 2])
    let cases: [([Weight<Float>], String)] = [
      ([], "no layer found"),
      ([first, tensor("conv.weight", [4, 2, 3])], "tensor \"conv.weight\""),
      ([first, tensor("1.running_mean", [4])], "tensor \"1.running_mean\""),
      ([first, tensor("2.bias", [4])], "tensor \"2.bias\": a bias without"),
      ([first, tensor("0.bias", [5])], "tensor \"0.bias\": shape [5], expected [4]"),
      ([first, tensor("2.weight", [3, 5])], "does not follow \"0.weight\", which has 4 outputs"),
    ]
    for (tensors, words) in cases {
      #expect(refusal(tensors)?.contains(words) == true, "\(refusal(tensors) ?? "accepted")")
      #expect(refusal(tensors)?.hasPrefix("base.safetensors: ") == true)
    }
  }

  private func order(
    _ layers: [(String, Int, Int)], stated: [String]? = nil
  ) throws(LayerChainError) -> [String] {
    // The file's order is the alphabet's, as safetensors writers sort.
    let tensors = layers.map { ("\($0.0).weight", Shape([$0.2, $0.1])) }.sorted { $0.0 < $1.0 }
    return try layerNames(tensors, order: stated, file: "net").map(\.module)
  }

  @Test(arguments: [
    [("stem", 3, 4), ("mid", 4, 5), ("exit", 5, 2)],
    [("l1", 3, 4), ("l2", 4, 4), ("l3", 4, 4), ("answer", 4, 2)],
    [("first", 6, 3), ("b", 3, 3), ("a.last", 3, 1)],
    [("x.9", 3, 4), ("x.1", 4, 2)],
  ])
  func `widths decide the order, and numbers what they leave open`(
    layers: [(String, Int, Int)]
  ) throws {
    #expect(try order(layers) == layers.map(\.0))
  }

  @Test(arguments: [
    [("stem", 3, 3), ("exit", 3, 3)], [("t.0", 2, 2), ("t.1", 2, 2), ("answer", 2, 2)],
    [("down", 4, 2), ("up", 2, 4)], [("i", 5, 4), ("one", 4, 4), ("two", 4, 4), ("o", 4, 1)],
  ])
  func `an order that nothing tells is asked for, and taken as stated`(
    layers: [(String, Int, Int)]
  ) throws {
    let error = #expect(throws: LayerChainError.self) { try order(layers) }
    #expect(error?.description.contains("in the right order: --layers ") == true)
    #expect(try order(layers, stated: layers.map(\.0)) == layers.map(\.0))
  }

  @Test(arguments: [
    (["a", "c"], "names \"c\""), (["a", "a"], "names \"a\""), (["a"], "leaves out \"b\""),
    (["b", "a"], "does not follow \"b.weight\""),
  ])
  func `a stated order names every layer once, and fits`(stated: [String], words: String) {
    let error = #expect(throws: LayerChainError.self) {
      try order([("a", 2, 3), ("b", 3, 4)], stated: stated)
    }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "accepted")")
  }
}
