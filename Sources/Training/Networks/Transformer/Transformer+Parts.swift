import Kernels
import Models
import Tensors

// Parts of a network that are trained whole beside its adapter.

extension Transformer {
  /// The tensors of the module `name` and of those in it, a tied head's too.
  ///
  /// A module is named by its whole name or by the last parts of it, as PEFT finds modules to save.
  package func tensors(of name: String) -> [NetworkTensor<Scalar>] {
    let wanted = name.split(separator: ".")
    var all = state
    if let language, language.isTied { all.append(language.projection.weight) }
    return all.filter { tensor in
      let parts = tensor.name.split(separator: ".")
      guard !wanted.isEmpty, parts.count > wanted.count else { return false }
      return (0..<parts.count - wanted.count).contains { first in
        parts[first..<first + wanted.count] == wanted[...]
      }
    }
  }

  /// The tensors of a classifier's head that are not the body's own, as a pooler is.
  package var headTensors: [NetworkTensor<Scalar>] {
    guard case .classifier = design.head else { return [] }
    let names = Set(design.head.tensors.map(\.name))
    return state.filter { names.contains($0.name) && !$0.name.hasPrefix(design.bodyPrefix) }
  }

  /// Trains these tensors whole, none of which may be codes.
  ///
  /// A head that is the embedding stays as it was when the embedding is trained, and the embedding
  /// when the head is, as in PEFT, which wraps one of the two.
  package mutating func train(_ names: Set<String>) {
    withTensors { tensor, role in
      if names.contains(tensor.name) { tensor.setTrained(true, as: role) }
    }
    guard let head = language, head.isTied, names.contains(head.projection.weight.name) else {
      return
    }
    language?.projection.weight.setTrained(true, as: .whole)
  }

  /// Trains the embedding's rows of these tokens, in their ascending order; a head that is the
  /// embedding has them too.
  ///
  /// - Precondition: The embedding is not trained whole, and the tokens are some of the vocabulary.
  package mutating func trainTokens(_ tokens: Set<Int32>) {
    precondition(!embedding.tokens.isTrained, "the embedding is trained whole")
    embedding.rows =
      tokens.isEmpty
      ? nil : TrainedRows(tokens.sorted(), of: embedding.tokens, module: embedding.module)
  }
}
