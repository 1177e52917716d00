import Reports
import Tensors

extension Inspector {
  /// Inspects `paths` one after the other and reports on all that can be read.
  ///
  /// - Throws: what went wrong with any of them, together, when all others have been shown.
  package func show(
    _ paths: [String], detail: InspectionDetail, as options: ReportOptions
  ) throws {
    var errors: [any ReportableError] = []
    var reports: [Report] = []
    for path in paths {
      do {
        let inspection = try inspect(path)
        reports.append(inspection.report(detail))
        if !options.json {
          try options.show(inspection.titled(detail), isFirst: reports.count == 1)
        }
      } catch let error as any ReportableError {
        errors.append(error)
      }
    }
    if options.json {
      var all = Report()
      all.add(detail: "files", .array(reports.map(\.json)))
      try options.show(all)
    }
    if !errors.isEmpty { throw ErrorList(errors) }
  }
}

extension Inspection {
  /// The report under the file's name.
  fileprivate func titled(_ detail: InspectionDetail) -> Report {
    var report = Report()
    report.add(nil, title: path == "-" ? "standard input" : path, self.report(detail))
    return report
  }
}
