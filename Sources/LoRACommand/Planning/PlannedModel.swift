import Containers
import JSON
import Models
import Tensors

/// The model that is planned for, and what is known of its configuration.
struct PlannedModel {
  let outline: ModelOutline
  let config: JSONValue?

  /// Reads the header at `path`, a configuration, or takes a preset or sizes.
  ///
  /// - Throws: what opening throws, `ModelOutlineError` and `SettingProblem` for sizes that cannot be.
  init(path: String?, sizes: ModelSizeOptions) throws {
    if let path {
      self = try path.hasSuffix(".json") ? Self(configurationAt: path) : Self(checkpointAt: path)
    } else if let widths = sizes.sizes?.widths {
      self = try Self(widths: widths)
    } else {
      self = try Self(sizes)
    }
    if outline.linears.isEmpty { throw ModelOutlineError.noLinear(file: outline.name) }
  }

  private init(outline: ModelOutline, config: JSONValue?) {
    (self.outline, self.config) = (outline, config)
  }

  private init(configurationAt path: String) throws {
    let config = try JSONValue(contentsOf: path, spelling: .python)
    self.init(
      outline: try ModelArchitecture.outline(of: ModelConfiguration(config, file: path)),
      config: config)
  }

  /// A checkpoint; weights in 4 or 8 bits count as what they stand for.
  private init(checkpointAt path: String) throws {
    let checkpoint = try Checkpoint.open(path)
    let isQuantized = QuantizedTensors.sign(in: checkpoint.entries) != nil
    let entries =
      try isQuantized
      ? QuantizedTensors(in: checkpoint).logical(checkpoint.entries) : checkpoint.entries
    outline = try ModelOutline(
      name: path, stored: entries.map { ModelTensor($0.name, $0.shape, $0.type) },
      configuration: checkpoint.configuration)
    config = checkpoint.config
  }

  /// Linear layers one after the other, with biases, in f32.
  private init(widths: [Int]) throws {
    var tensors: [ModelTensor] = []
    for (index, (input, output)) in zip(widths, widths.dropFirst()).enumerated() {
      tensors.append(ModelTensor("\(index).weight", [output, input], .f32))
      tensors.append(ModelTensor("\(index).bias", [output], .f32))
    }
    let name = widths.map(String.init).joined(separator: "-")
    self.init(
      outline: try ModelOutline(name: name, stored: tensors, configuration: nil), config: nil)
  }

  private init(_ sizes: ModelSizeOptions) throws {
    let preset = try sizes.preset.map { try ModelPreset.named($0) }
    var config = preset?.config ?? ["model_type": "llama", "torch_dtype": "bfloat16"]
    for (key, value) in sizes.changes { config[key] = value }
    let changed = preset != nil && !sizes.changes.isEmpty
    let name = (preset?.name ?? "sizes") + (changed ? " with other sizes" : "")
    self.init(
      outline: try ModelArchitecture.outline(of: ModelConfiguration(config, file: name)),
      config: config)
  }
}
