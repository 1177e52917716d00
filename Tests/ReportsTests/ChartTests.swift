import Reports
import Testing

@Suite struct ChartTests {
  private func chart(_ ys: [Double], allowsLogarithm: Bool = true) -> String {
    let points = ys.enumerated().map { (x: Double($0), y: $1) }
    return Chart(
      title: "a < b & c", label: "step",
      panels: [
        Chart.Panel(
          label: "loss", series: [Chart.Series(name: "training", points: points)],
          allowsLogarithm: allowsLogarithm, mark: (1, "best"))
      ]
    ).svg
  }

  /// The texts of all elements `text`, in their order.
  private func texts(_ svg: String) -> [String] {
    svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.compactMap { line in
      line.split(separator: ">").dropFirst().first?.split(separator: "<").first.map(String.init)
    }
  }

  @Test func `axes have round ticks that enclose the values, and everything has its name`() {
    let svg = chart([7, 3, 12])
    #expect(
      texts(svg) == [
        "a &lt; b &amp; c", "0", "2", "4", "6", "8", "10", "12", "0", "0.5", "1", "1.5", "2",
        "loss", "best", "training", "step",
      ])
    // y = 12 is the top of the frame, 80; y = 0 would be its bottom, 268.
    #expect(svg.contains("d=\"M76.0 158.3L386.0 221.0L696.0 80.0\""))
  }

  @Test func `values over more than two decades are shown by their logarithms`() {
    let svg = chart([10, 1, 0.01])
    #expect(texts(svg).prefix(5) == ["a &lt; b &amp; c", "0.01", "0.1", "1", "10"])
    #expect(texts(svg).contains("loss (logarithmic)"))
    #expect(svg.contains("M76.0 80.0L386.0 142.7L696.0 268.0"))
    #expect(!texts(chart([10, 1, 0.01], allowsLogarithm: false)).contains("0.01"))
  }

  @Test func `what is not finite leaves a gap`() {
    #expect(chart([1, .nan, 1]).contains("M76.0 80.0M696.0 80.0"))
    #expect(chart([]).contains("d=\"\""))
  }

  @Test func `many points become the means of neighbours`() {
    let series = Chart.Series(
      name: "loss", points: (0..<10).map { (x: Double($0), y: Double($0 * 2)) }
    ).thinned(to: 4)
    #expect(series.points.map(\.x) == [1, 4, 7, 9])
    #expect(series.points.map(\.y) == [2, 8, 14, 18])
    #expect(series.name == "loss (mean of 3 steps)")
  }
}
