import JSON
import Models
import Tensors

/// Whose heads the rows of an attention projection are.
package enum HeadKind: Sendable, Hashable {
  case queries
  case keys
}

/// The order of rows inside the heads of query and key projections.
///
/// Hugging Face rotates the two halves of a head against each other, llama.cpp (in models of the
/// llama family) neighbouring rows. So its converter moves the rows of these weights, and of B: in
/// each head of d rows, row i of half h,
///
///     Hugging Face row h·d/2 + i   ⟷   GGUF row 2·i + h
///
/// Source: `permute` in <https://github.com/ggml-org/llama.cpp/blob/master/convert_hf_to_gguf.py>
enum HeadOrder {
  /// For each of Hugging Face's rows the GGUF row it lies in.
  static func interleaved(rows: Int, heads: Int) -> [Int] {
    let half = rows / heads / 2
    return (0..<rows).map { row in
      let (head, inside) = (row / (2 * half), row % (2 * half))
      return head * 2 * half + inside % half * 2 + inside / half
    }
  }

  /// For each GGUF row the one of Hugging Face's that it holds: the inverse.
  static func split(rows: Int, heads: Int) -> [Int] {
    var order = [Int](repeating: 0, count: rows)
    for (row, place) in interleaved(rows: rows, heads: heads).enumerated() { order[place] = row }
    return order
  }

  /// The update's pair with B's rows in Hugging Face's order.
  ///
  /// - Throws: `AdapterError.tensor` when the head count is unknown or does not divide the rows.
  static func restored(
    _ update: ModuleUpdate, _ kind: HeadKind, by model: ModelConfiguration?, file: String
  ) throws(AdapterError) -> LowRankPair {
    let heads = try headCount(update, kind, of: model, file: file)
    let up = update.pair.up
    return LowRankPair(
      down: update.pair.down,
      up: up.selectingRows(interleaved(rows: up.shape[0], heads: heads)),
      scaling: update.pair.scaling)
  }

  /// How many heads the rows of `update` are, checked against their number.
  static func headCount(
    _ update: ModuleUpdate, _ kind: HeadKind, of model: ModelConfiguration?, file: String
  ) throws(AdapterError) -> Int {
    guard let count = try count(of: kind, in: model) else {
      throw .tensor(
        file: file, name: update.tensorNames[1],
        problem: "its rows are in llama.cpp's order, and without the base's config.json it is not "
          + "known how many heads they are; give the base as a folder with config.json")
    }
    let rows = update.pair.up.shape[0]
    guard rows > 0, rows % (2 * count) == 0 else {
      throw .tensor(
        file: file, name: update.tensorNames[1],
        problem: "expected rows for \(count) heads of even size, as the base's config.json says, "
          + "found \(rows); is this the adapter's base?")
    }
    return count
  }

  private static func count(
    of kind: HeadKind, in model: ModelConfiguration?
  ) throws(AdapterError) -> Int? {
    do throws(SettingProblem) {
      return switch kind {
      case .queries: try model?.headCount
      case .keys: try model?.keyValueHeadCount
      }
    } catch {
      throw AdapterError(error)
    }
  }
}
