import ArgumentParser
import Containers
import Reports
import Tensors

/// How a command reports.
package struct ReportOptions: ParsableArguments {
  @Flag(help: "Report as JSON.")
  package var json = false

  @Flag(help: "Show no progress and no report, except one asked for with --json.")
  package var quiet = false

  package init() {}

  /// Prints `report` on stderr before a long work, with a blank line below; --json and --quiet have
  /// none of it, and beside an output on stdout it is for a person at a terminal.
  package func showAhead(_ report: Report, besideOutputOnStdout: Bool = false) {
    guard !json, !quiet, !besideOutputOnStdout || Terminal.hasReader else { return }
    StandardError.write(
      line: report.text(width: Terminal.aheadWidth, escape: { escaped($0, inQuotes: false) }))
  }

  /// Prints `report` on stdout; when stdout is where the output goes, on stderr.
  ///
  /// There a text is shown only to a person at a terminal. A text that is not the first of its
  /// command has a blank line above.
  package func show(
    _ report: Report, besideOutputOnStdout: Bool = false, isFirst: Bool = true
  ) throws {
    guard json || !quiet && (!besideOutputOnStdout || Terminal.hasReader) else { return }
    let text =
      json
      ? report.json.jsonText
      : (isFirst ? "" : "\n")
        + report.text(
          width: besideOutputOnStdout ? Terminal.aheadWidth : Terminal.reportWidth,
          escape: { escaped($0, inQuotes: false) })
    if besideOutputOnStdout {
      StandardError.write(line: text.hasSuffix("\n") ? String(text.dropLast()) : text)
    } else {
      try StandardStreams.write(text)
    }
  }
}
