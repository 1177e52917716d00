import JSON
import Tensors

/// A well-known open model, as the configuration that its files come with, so far as sizes go.
package struct ModelPreset: Sendable {
  /// As `--preset` spells it.
  package let name: String
  /// What `config.json` says.
  package let config: JSONValue

  init(_ name: String, _ config: JSONValue) {
    (self.name, self.config) = (name, config)
  }

  /// Every preset, families together, small ones first.
  package static let all: [ModelPreset] =
    gpt2 + opt + pythia + llama + smollm + mistral + qwen + gemma + phi

  /// The preset called `name`, in any case.
  ///
  /// - Throws: `ModelOutlineError.noPreset`.
  package static func named(_ name: String) throws(ModelOutlineError) -> ModelPreset {
    let wanted = name.lowercased()
    guard let found = all.first(where: { $0.name == wanted }) else {
      throw .noPreset(name: name, nearest: NearestName.find(wanted, among: all.map(\.name)))
    }
    return found
  }

  package func outline() throws -> ModelOutline {
    try ModelArchitecture.outline(of: ModelConfiguration(config, file: name))
  }
}
