import Adapters
import ArgumentParser
import Kernels

/// What a file of tensors does not say of its network.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "relu, gelu, gelu_tanh, silu or tanh. (default: the network's, else relu)", valueName: "name")
  )
  var activation: Activation?

  @Option(
    help: ArgumentHelp(
      """
      The layers from the input's on, with commas between, as in encoder,decoder. (default: what the \
      network or an adapter on it records, else the one order that widths and numbers in the names \
      allow)
      """, valueName: "modules"))
  var layers: String?

  /// What is said here, or else by the adapters that go on the network, or by the one that training
  /// starts from.
  func settings(
    under adapters: NetworkAdapters, startingFrom start: String? = nil
  ) throws -> NetworkSettings {
    if let layers { return NetworkSettings(activation: activation, layers: moduleList(layers)) }
    let last = try start.map { [WeightedAdapter(try AdapterFile.open($0))] } ?? []
    return NetworkSettings(
      activation: activation,
      layers: try NetworkAdapters(adapters.adapters + last).layerOrder())
  }
}

/// Modules with commas between.
private func moduleList(_ text: String) -> [String] {
  text.split(separator: ",").map(String.init)
}
