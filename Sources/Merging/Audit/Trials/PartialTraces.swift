import Containers
import Kernels
import Synchronization
import Tensors

/// Which rows and which columns of a weight changed as the adapters say.
struct PartialTraces {
  /// The rows that did, counted over all slabs, when some did and others did not.
  let rows: [Range<Int>]?
  /// The columns that did, when some did and others did not.
  let columns: [Range<Int>]?

  /// Σ change·delta and Σ delta² of each line.
  private struct Sums {
    var products: [Double]
    var squares: [Double]

    init(count: Int) {
      products = Array(repeating: 0, count: count)
      squares = Array(repeating: 0, count: count)
    }

    mutating func add(_ change: Double, _ delta: Double, to line: Int) {
      products[line] += change * delta
      squares[line] += delta * delta
    }

    mutating func add(_ other: Sums) {
      for line in products.indices {
        products[line] += other.products[line]
        squares[line] += other.squares[line]
      }
    }

    /// The lines whose change is more than half of what it should be; nil for all or none.
    var holding: [Range<Int>]? {
      var ranges: [Range<Int>] = []
      var (kept, dropped) = (false, false)
      for line in products.indices {
        // A line to which nothing is added goes with the one before.
        let isIdle = squares[line] == 0
        let continues = ranges.last?.upperBound == line
        let holds = isIdle ? continues : products[line] > squares[line] / 2
        if !isIdle { if holds { kept = true } else { dropped = true } }
        guard holds else { continue }
        if continues, let last = ranges.popLast() {
          ranges.append(last.lowerBound..<line + 1)
        } else {
          ranges.append(line..<line + 1)
        }
      }
      return kept && dropped ? ranges : nil
    }
  }

  /// Reads the whole weight; sums are taken piece by piece, and added in the order of the pieces.
  init(_ subject: AuditSubject, threads: Int) throws {
    let prediction = try Prediction(subject, .asClaimed(subject.update.adapterCount))
    let (total, width) = (
      subject.update.rows * subject.update.slabs.count, subject.update.columns
    )
    let pieces = subject.pieces
    let waiting = Mutex<[Int: (rows: Sums, first: Int, columns: Sums)]>([:])
    let sums = Mutex((rows: Sums(count: total), columns: Sums(count: width), next: 0))
    try Parallel.forEach(count: pieces.count, threads: threads) { index throws in
      try Interruption.check()
      let elements = pieces[index]
      let before = try subject.base.bytes(elements)
      let after = try subject.merged.bytes(elements)
      let batch = prediction.batch(
        elements, at: Array(0..<elements.count), before: before, after: after)
      let first = elements.lowerBound / width
      var own = Sums(count: (elements.upperBound - 1) / width + 1 - first)
      var columns = Sums(count: width)
      for local in 0..<elements.count {
        let (row, column) = (elements.lowerBound + local).quotientAndRemainder(dividingBy: width)
        let delta = batch.parts.reduce(0) { $0 + $1.values[local] }
        let change = batch.after[local] - batch.before[local]
        own.add(change, delta, to: row - first)
        columns.add(change, delta, to: column)
      }
      waiting.withLock { $0[index] = (own, first, columns) }
      sums.withLock { sums in
        while let part = waiting.withLock({ $0.removeValue(forKey: sums.next) }) {
          for line in part.rows.products.indices {
            sums.rows.products[part.first + line] += part.rows.products[line]
            sums.rows.squares[part.first + line] += part.rows.squares[line]
          }
          sums.columns.add(part.columns)
          sums.next += 1
        }
      }
    }
    (rows, columns) = sums.withLock { ($0.rows.holding, $0.columns.holding) }
  }

  /// Which lines hold the update, as `rows 0 to 31 and 64 to 95 of 96`.
  static func words(_ kept: [Range<Int>], of total: Int, _ word: String) -> String {
    let count = kept.reduce(0) { $0 + $1.count }
    guard kept.count <= 4 else { return "in \(count) of \(total) \(word)s" }
    let parts = kept.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound - 1)"
    }
    let third = total / 3
    let isFused =
      total.isMultiple(of: 3)
      && kept.allSatisfy {
        $0.lowerBound.isMultiple(of: third) && $0.upperBound.isMultiple(of: third)
      }
    return "in \(count) of \(total) \(word)s: \(parts.joined(separator: " and "))"
      + (isFused ? "; thirds, as of query, key and value in one weight" : "")
  }
}
