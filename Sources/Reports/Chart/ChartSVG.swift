extension Chart {
  /// The chart as an SVG document, 720 wide, each panel 240 high.
  package var svg: String {
    let height = 56 + panels.count * ChartLayout.panelHeight + 28
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="720" height="\(height)" \
      viewBox="0 0 720 \(height)" font-family="Helvetica, Arial, sans-serif" font-size="12" \
      fill="#333">
      <title>\(xmlText(title))</title>
      <rect width="720" height="\(height)" fill="#fff"/>
      <text x="24" y="30" font-size="16" fill="#111">\(xmlText(title))</text>

      """
    let xs = panels.flatMap { $0.series.flatMap { $0.points.map(\.x) } }
    let axis = ChartAxis(xs, allowsLogarithm: false, startsAtZero: true)
    for (index, panel) in panels.enumerated() {
      text +=
        ChartLayout(panel: panel, x: axis, top: Double(56 + index * ChartLayout.panelHeight))
        .svg
    }
    text +=
      "<text x=\"386\" y=\"\(height - 12)\" text-anchor=\"middle\">\(xmlText(label))</text>\n"
    return text + "</svg>\n"
  }
}

/// One panel's place on the page.
private struct ChartLayout {
  static let panelHeight = 240
  let panel: Chart.Panel
  let x: ChartAxis
  let y: ChartAxis
  /// The frame of the lines.
  let (left, right, top, bottom): (Double, Double, Double, Double)

  /// Blue, vermilion and green of Okabe and Ito: told apart by every kind of sight.
  private static let colors = ["#0072B2", "#D55E00", "#009E73"]

  init(panel: Chart.Panel, x: ChartAxis, top: Double) {
    (self.panel, self.x) = (panel, x)
    y = ChartAxis(
      panel.series.flatMap { $0.points.map(\.y) }, allowsLogarithm: panel.allowsLogarithm,
      startsAtZero: true)
    (left, right) = (76, 696)
    (self.top, bottom) = (top + 24, top + Double(Self.panelHeight) - 28)
  }

  var svg: String { grid + mark + panel.series.indices.map(line).joined() + legend }

  private func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
    (left + (right - left) * x.position(px), bottom - (bottom - top) * y.position(py))
  }

  private var grid: String {
    var text = ""
    for tick in y.ticks {
      let at = short(place(x.range.lowerBound, tick).y)
      text +=
        "<line x1=\"\(short(left))\" y1=\"\(at)\" x2=\"\(short(right))\" y2=\"\(at)\" "
        + "stroke=\"#e4e4e4\"/>\n<text x=\"\(short(left - 8))\" y=\"\(at)\" dy=\"4\" "
        + "text-anchor=\"end\">\(ChartAxis.text(tick))</text>\n"
    }
    for tick in x.ticks {
      let at = short(place(tick, y.range.lowerBound).x)
      text +=
        "<line x1=\"\(at)\" y1=\"\(short(bottom))\" x2=\"\(at)\" y2=\"\(short(bottom + 5))\" "
        + "stroke=\"#888\"/>\n<text x=\"\(at)\" y=\"\(short(bottom + 18))\" "
        + "text-anchor=\"middle\">\(ChartAxis.text(tick))</text>\n"
    }
    let name = xmlText(panel.label + (y.isLogarithmic ? " (logarithmic)" : ""))
    return text
      + "<line x1=\"\(short(left))\" y1=\"\(short(bottom))\" x2=\"\(short(right))\" "
      + "y2=\"\(short(bottom))\" stroke=\"#888\"/>\n"
      + "<text transform=\"translate(16 \(short((top + bottom) / 2))) rotate(-90)\" "
      + "text-anchor=\"middle\">\(name)</text>\n"
  }

  private var mark: String {
    guard let mark = panel.mark else { return "" }
    let at = place(mark.x, y.range.lowerBound).x
    let isRight = at > (left + right) / 2
    return "<line x1=\"\(short(at))\" y1=\"\(short(top))\" x2=\"\(short(at))\" "
      + "y2=\"\(short(bottom))\" stroke=\"#666\" stroke-dasharray=\"4 3\"/>\n"
      + "<text x=\"\(short(at + (isRight ? -6 : 6)))\" y=\"\(short(top + 12))\" "
      + "text-anchor=\"\(isRight ? "end" : "start")\">\(xmlText(mark.name))</text>\n"
  }

  private func color(_ index: Int) -> String { Self.colors[index % Self.colors.count] }

  private func line(_ index: Int) -> String {
    let series = panel.series[index]
    var (path, marks, isDown) = ("", "", false)
    for point in series.points {
      guard point.y.isFinite, !y.isLogarithmic || point.y > 0 else {
        isDown = false
        continue
      }
      let at = place(point.x, point.y)
      path += "\(isDown ? "L" : "M")\(short(at.x)) \(short(at.y))"
      isDown = true
      if series.isMarked {
        marks +=
          "<circle cx=\"\(short(at.x))\" cy=\"\(short(at.y))\" r=\"2\" fill=\"\(color(index))\"/>\n"
      }
    }
    return "<path d=\"\(path)\" fill=\"none\" stroke=\"\(color(index))\" stroke-width=\"1.5\" "
      + "stroke-linejoin=\"round\"/>\n" + marks
  }

  /// Names of the lines, one after the other above the frame.
  private var legend: String {
    var (text, at) = ("", left)
    for (index, series) in panel.series.enumerated() {
      let height = short(top - 10)
      text +=
        "<line x1=\"\(short(at))\" y1=\"\(height)\" x2=\"\(short(at + 18))\" y2=\"\(height)\" "
        + "stroke=\"\(color(index))\" stroke-width=\"3\"/>\n"
        + "<text x=\"\(short(at + 24))\" y=\"\(height)\" dy=\"4\">\(xmlText(series.name))</text>\n"
      at += 44 + 6.5 * Double(series.name.count)
    }
    return text
  }
}

/// A coordinate to a tenth of a point.
private func short(_ value: Double) -> String { decimal(value, places: 1) }

/// Text as XML has it.
func xmlText(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case _ where scalar.value < 0x20: result += " "
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
