import Kernels
import Tensors

/// A table to try: points on spiral arms that begin in the middle, one arm a class.
///
/// Point i of the p points of class c has u = i/p, radius u and angle 4u + 2πc/classes + rotation,
/// and to both coordinates noise·0.1 times a normal number is added. Coordinates are rounded to six
/// decimals. They are the same on every machine.
package struct Spirals: Sendable {
  /// Points of all classes together, in equal parts; what is left over goes to the first classes.
  package var points = 300
  package var classes = 3
  package var noise = 0.5
  /// Radians.
  package var rotation = 0.0
  package var seed: UInt64 = 0

  package init() {}

  /// A point, and the class it belongs to.
  package struct Row: Sendable, Equatable {
    package let x1: Double
    package let x2: Double
    package let label: Int
  }

  /// The rows, class by class from the middle outwards.
  package var rows: [Row] {
    var generator = Generator(seed: seed)
    var rows: [Row] = []
    for label in 0..<classes {
      let count = points / classes + (label < points % classes ? 1 : 0)
      for index in 0..<count {
        let u = Double(index) / Double(count)
        let angle = 4 * u + 2 * .pi * Double(label) / Double(classes) + rotation
        let x1 = u * ElementaryFunction.cos([angle])[0] + generator.normal() * noise * 0.1
        let x2 = u * ElementaryFunction.sin([angle])[0] + generator.normal() * noise * 0.1
        rows.append(Row(x1: rounded(x1), x2: rounded(x2), label: label))
      }
    }
    return rows
  }
}

extension Spirals {
  /// The rows as CSV with the header `x1,x2,label`; numbers in the fewest digits that read back.
  package var csv: String {
    var text = "x1,x2,label\n"
    for row in rows { text += "\(row.x1),\(row.x2),\(row.label)\n" }
    return text
  }
}

private func rounded(_ x: Double) -> Double {
  (x * 1e6).rounded() / 1e6
}
