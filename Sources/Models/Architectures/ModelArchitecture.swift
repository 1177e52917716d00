import JSON
import Tensors

/// A model architecture as `model_type` names it: its configuration in, its tensors out.
///
/// Names, shapes and defaults are those of transformers' models, whose files bear them.
///
/// Source: <https://github.com/huggingface/transformers/tree/main/src/transformers/models>
package enum ModelArchitecture {
  /// The architectures that are known here, by `model_type`: those that networks are made of, and OPT.
  package static var known: [String] { (TransformerDesign.knownTypes + ["opt"]).sorted() }

  /// The outline of the model that `configuration` describes; of one that sees as well, its text
  /// part.
  ///
  /// - Returns: Its tensors, and what else the configuration tells; it is called by its file.
  /// - Throws: `ModelOutlineError` for an unknown `model_type` and a model beyond any,
  ///   `SettingProblem` for a setting of the wrong type and sizes that cannot be.
  package static func outline(of configuration: ModelConfiguration) throws -> ModelOutline {
    let type = try configuration.textType
    guard let type, known.contains(type) else {
      throw ModelOutlineError.unknownType(file: configuration.file, found: type, known: known)
    }
    var model = try ModelLayout(configuration)
    if type == "opt" {
      try model.addOPT()
    } else {
      try model.add(try TransformerDesign(sizesOf: configuration))
    }
    return try ModelOutline(
      name: configuration.file, stored: model.tensors, configuration: configuration, type: type,
      isTied: model.isTied)
  }
}
