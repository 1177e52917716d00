import JSON
import Models
import Tensors

/// How the factors of stacked experts lie on a stack `[experts, x, y]`.
///
/// PEFT asks the module: only where its `is_transposed` is set does a stack lie `[expert, in, out]`, and
/// the delta is `(B_e·A_e)ᵀ`. Before 0.19 it read every stack so. A and B show which it was, unless x and
/// y are equal; then model and version decide.
///
/// Sources: `ParamWrapper` in
/// <https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/layer.py>, `is_transposed` in
/// transformers' models.
package enum StackOrientation: Hashable, Sendable {
  /// `delta_e = B_e·A_e`.
  case plain
  /// `delta_e = (B_e·A_e)ᵀ`.
  case turned
  /// The shapes leave both open.
  case either

  /// nil when the factors fit neither way.
  ///
  /// - Parameters:
  ///   - update: Of a parameter.
  ///   - shape: The stack's, `[experts, x, y]`, or `[x, y]` of a single matrix.
  package init?(of update: ModuleUpdate, on shape: Shape) {
    guard (2...3).contains(shape.rank) else { return nil }
    let matrix = Array(shape.dimensions.suffix(2))
    let experts = shape.rank == 3 ? shape[0] : 1
    let (down, up) = (update.pair.down.shape, update.pair.up.shape)
    guard down.rank == 2, up.rank == 2, down[0] == experts * update.rank, up[1] == down[0] else {
      return nil
    }
    let isPlain = up[0] == matrix[0] && down[1] == matrix[1]
    let isTurned = shape.rank == 3 && up[0] == matrix[1] && down[1] == matrix[0]
    switch (isPlain, isTurned) {
    case (true, true): self = .either
    case (true, false): self = .plain
    case (false, true): self = .turned
    case (false, false): return nil
    }
  }

  /// Models whose experts' modules set `is_transposed`.
  private static let transposedTypes: Set<String> = [
    "gpt_oss", "openai_privacy_filter", "aria", "aria_text",
  ]
  /// Models whose files hold the transpose of what is in memory, where that shows in the shape.
  private static let convertedTypes: Set<String> = ["qwen3_vl_moe", "qwen3_vl_moe_text"]

  /// What square stacks of a base are, for this adapter.
  ///
  /// - Parameters:
  ///   - adapter: Says which PEFT wrote it.
  ///   - model: What the base's `config.json` says.
  /// - Returns: `.plain` or `.turned`; nil when nothing tells.
  /// - Throws: `SettingProblem` for a `model_type` that is no text.
  package static func ofSquare(
    for adapter: Adapter, on model: ModelConfiguration?
  ) throws(SettingProblem) -> Self? {
    guard adapter.dialect == .peft else { return .plain }
    guard let type = try model?.textType, !convertedTypes.contains(type) else { return nil }
    return transposedTypes.contains(type) ? .turned : inMemory(for: adapter)
  }

  /// What square stacks of a module without `is_transposed` are.
  static func inMemory(for adapter: Adapter) -> Self {
    adapter.configuration.readsStacksTransposed ? .turned : .plain
  }
}

extension AdapterConfiguration {
  /// Whether the PEFT that trained it read every stack as `[expert, in, out]`: those before 0.19.
  ///
  /// They write `peft_version` since 0.18.
  fileprivate var readsStacksTransposed: Bool {
    guard let version = document["peft_version"]?.string else { return true }
    let parts = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    guard parts.count == 2 else { return true }
    return parts[0] == 0 && parts[1] < 19
  }
}
