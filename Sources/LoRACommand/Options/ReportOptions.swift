import ArgumentParser
import Reports

/// How a command reports.
package struct ReportOptions: ParsableArguments {
  @Flag(help: "Report as JSON.")
  package var json = false

  @Flag(help: "Show no progress and no report, except one asked for with --json.")
  package var quiet = false

  package init() {}

  /// Prints `report` on stdout, or on stderr when stdout is where the output goes.
  package func show(_ report: Report, besideOutputOnStdout: Bool = false) throws {
    guard json || !quiet else { return }
    let text = json ? report.json.jsonText : report.text(width: Terminal.reportWidth)
    if besideOutputOnStdout {
      StandardError.write(line: text.hasSuffix("\n") ? String(text.dropLast()) : text)
    } else {
      try StandardOutput.write(text)
    }
  }
}
