import Adapters
import Tensors

/// What can be measured of the update of one module, of one expert where there are several.
package struct ModuleMeasures: Sendable {
  /// With the expert's index, as `experts[3]`.
  package let name: String
  /// The name with a star for each number: the same projection in all layers.
  package let family: String
  /// ‖s·B·A‖, the Frobenius norm.
  package let norm: Double
  /// The largest singular value.
  package let spectralNorm: Double
  /// ‖s·B·A‖² / σ₁²: how many directions as strong as the first the update is worth.
  package let stableRank: Double
  /// The share of the norm's square in the strongest hundredth of the outputs, at least one.
  package let outputShare: Double
  /// The same of the inputs.
  package let inputShare: Double

  /// Whether nothing is added.
  package var isIdle: Bool { norm == 0 }

  /// - Throws: `AdapterError` for factors that do not fit together, or have no singular values.
  init(_ update: ModuleUpdate, _ expert: Int, of file: String) throws(AdapterError) {
    name = update.matrixCount > 1 ? "\(update.module)[\(expert)]" : update.module
    family = Self.family(of: update.module)
    let delta = try update.delta(expert, of: file)
    let triples: SingularTriples
    do throws(NoDecomposition) {
      triples = try delta.decomposed()
    } catch {
      throw .tensor(
        file: file, name: update.name, problem: "its delta has no singular values in f64")
    }
    let energy = triples.energy
    norm = energy.squareRoot()
    spectralNorm = triples.values.first ?? 0
    stableRank = spectralNorm > 0 ? energy / (spectralNorm * spectralNorm) : 0
    outputShare = Self.strongest(triples.left, triples.values, triples.rows)
    inputShare = Self.strongest(triples.right, triples.values, triples.columns)
  }

  /// The share of Σ_j σ_j² v_j[line]² in the strongest hundredth of the lines.
  private static func strongest(_ vectors: [Double], _ values: [Double], _ length: Int) -> Double {
    var lines = [Double](repeating: 0, count: length)
    for (number, value) in values.enumerated() {
      for line in 0..<length {
        let part = value * vectors[number * length + line]
        lines[line] += part * part
      }
    }
    let total = lines.reduce(0, +)
    guard total > 0 else { return 0 }
    return lines.sorted(by: >).prefix((length + 99) / 100).reduce(0, +) / total
  }

  /// `model.layers.*.self_attn.q_proj` of `model.layers.7.self_attn.q_proj`; digits between
  /// underscores or dots are numbers.
  static func family(of module: String) -> String {
    var result = ""
    var word = ""
    func flush() {
      result += !word.isEmpty && word.allSatisfy(\.isNumber) ? "*" : word
      word = ""
    }
    for character in module {
      if character == "." || character == "_" {
        flush()
        result.append(character)
      } else {
        word.append(character)
      }
    }
    flush()
    return result
  }
}
