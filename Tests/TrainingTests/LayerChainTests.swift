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
}
