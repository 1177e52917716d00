/// Modules that an adapter goes on, and what a rank on all of them costs.
package struct TargetSet: Sendable, Equatable {
  /// As a person calls it: `Q, V`, `all linear`.
  package let name: String
  /// In the model's order; at least one.
  package let modules: [LinearModule]

  package init(name: String, modules: [LinearModule]) {
    (self.name, self.modules) = (name, modules)
  }

  /// Trained parameters at rank 1, Σ (in + out); rank r trains r times as many.
  package var parametersPerRank: Int { modules.reduce(0) { $0 + $1.parametersPerRank } }

  /// The rank beyond which B·A gains nothing on any of the modules.
  package var largestUsefulRank: Int {
    modules.map { min($0.inputWidth, $0.outputWidth) }.max() ?? 1
  }

  /// The usual choices for a model, from the narrowest: those it has, each once.
  ///
  /// Where query, key and value are one matrix, a choice with any of them takes it whole.
  package static func usual(for model: ModelOutline) -> [TargetSet] {
    let isFused = model.linears.contains { $0.role == .queryKeyValue }
    let (narrow, wide) = isFused ? ("QKV", "QKV, O") : ("Q, V", "Q, K, V, O")
    let narrowRoles: [LinearModule.Role] = [.query, .value, .queryKeyValue]
    let wideRoles = narrowRoles + [.key, .attentionOutput]
    let sets = [
      TargetSet(name: narrow, modules: model.linears.filter { narrowRoles.contains($0.role) }),
      TargetSet(name: wide, modules: model.linears.filter { wideRoles.contains($0.role) }),
      TargetSet(name: "all linear", modules: model.linears),
    ]
    return sets.enumerated().filter { index, set in
      !set.modules.isEmpty && !sets[(index + 1)...].contains { $0.modules == set.modules }
    }.map(\.element)
  }
}
