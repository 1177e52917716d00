import ArgumentParser
import Containers
import Reports
import Tables
import Training

/// The command `lora synth spirals`.
struct SynthSpiralsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spirals",
    abstract: "Write points on spiral arms, one arm a class, as CSV.",
    discussion: """
      Columns x1, x2, label. Point i of the p points of class c has u = i/p, radius u and angle \
      4u + 2πc/classes + rotation; noise·0.1 times a normal number is added to both coordinates. \
      --json: {"points", "classes", "data"}, a list of objects with the columns' names, on stdout; with \
      -o FILE the file is CSV, and the report {"output", "points", "classes"}.
      """)

  @Option(help: ArgumentHelp("Points of all classes together.", valueName: "count"))
  var points = 300

  @Option(help: ArgumentHelp("Classes.", valueName: "count"))
  var classes = 3

  @Option(help: ArgumentHelp("Ten times the deviation of the noise.", valueName: "size"))
  var noise = 0.5

  @Option(help: ArgumentHelp("Turn of the whole figure.", valueName: "radians"))
  var rotation = 0.0

  @OptionGroup var seed: SeedOption
  @OptionGroup var output: TextOutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require((1...65536).contains(classes), "--classes is \(classes), expected 1 to 65536")
    try require(points >= classes, "--points is \(points), expected one for each class at least")
    try require(noise >= 0 && noise.isFinite, "--noise must not be negative")
    try require(rotation.isFinite, "--rotation must be finite")
  }

  func run() throws {
    var spirals = Spirals()
    (spirals.points, spirals.classes, spirals.noise) = (points, classes, noise)
    (spirals.rotation, spirals.seed) = (rotation, seed.seed)
    try output.checkFree()
    let text = report.json && output.file == nil ? json(spirals) : spirals.csv
    try output.write(threads: 1) { try $0.write(text) }
    if let file = output.file {
      var summary = Report()
      summary.add("output", "output", .text(file))
      summary.add("points", "points", .count(points))
      summary.add("classes", "classes", .count(classes))
      try report.show(summary)
    }
  }

  private func json(_ spirals: Spirals) -> String {
    let rows = spirals.rows.map { row in
      JSONTree.object([
        .init("x1", .number(row.x1)), .init("x2", .number(row.x2)),
        .init("label", .integer(row.label)),
      ])
    }
    return JSONTree.object([
      .init("points", .integer(points)), .init("classes", .integer(classes)),
      .init("data", .array(rows)),
    ]).jsonText
  }
}
