/// Lines over one common axis, in panels below each other.
package struct Chart: Sendable {
  /// One line.
  package struct Series: Sendable {
    package let name: String
    /// In ascending order of x; what is not finite leaves a gap.
    package let points: [(x: Double, y: Double)]
    /// Whether the points themselves are marked, as for few of them.
    package let isMarked: Bool

    package init(name: String, points: [(x: Double, y: Double)], isMarked: Bool = false) {
      (self.name, self.points, self.isMarked) = (name, points, isMarked)
    }
  }

  /// Lines with one axis for their values.
  package struct Panel: Sendable {
    package let label: String
    package let series: [Series]
    /// Whether values over more than two decades are shown by their logarithms.
    package var allowsLogarithm = false
    /// A vertical line, and what it is called.
    package var mark: (x: Double, name: String)?

    package init(
      label: String, series: [Series], allowsLogarithm: Bool = false,
      mark: (x: Double, name: String)? = nil
    ) {
      (self.label, self.series, self.mark) = (label, series, mark)
      self.allowsLogarithm = allowsLogarithm
    }
  }

  package let title: String
  /// What x is.
  package let label: String
  package let panels: [Panel]

  package init(title: String, label: String, panels: [Panel]) {
    (self.title, self.label, self.panels) = (title, label, panels)
  }
}

extension Chart.Series {
  /// At most `limit` points: the means of neighbours.
  package func thinned(to limit: Int) -> Chart.Series {
    guard points.count > limit else { return self }
    let size = (points.count + limit - 1) / limit
    let means = stride(from: 0, to: points.count, by: size).map { start in
      let part = points[start..<min(start + size, points.count)]
      let count = Double(part.count)
      return (
        x: part.reduce(0) { $0 + $1.x } / count, y: part.reduce(0) { $0 + $1.y } / count
      )
    }
    return Chart.Series(
      name: "\(name) (mean of \(size) steps)", points: means, isMarked: isMarked)
  }
}
