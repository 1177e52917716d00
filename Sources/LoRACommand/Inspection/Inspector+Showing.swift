import Containers
import Reports
import Tensors

extension Inspector {
  /// Inspects `paths` one after the other and reports on all that can be read.
  ///
  /// - Throws: what is wrong with any of them, together, when all others have been shown.
  package func show(
    _ paths: [String], detail: InspectionDetail, as options: ReportOptions
  ) throws {
    var errors: [any ReportableError] = []
    var reports: [Report] = []
    for path in paths {
      do {
        let inspection = try inspect(path)
        reports.append(inspection.report(detail))
        errors += inspection.problems
      } catch let error as any ReportableError {
        try Interruption.check()
        errors.append(error)
        continue
      }
      if !options.json, let report = reports.last {
        try options.show(report.titled(path), isFirst: reports.count == 1)
      }
    }
    if options.json {
      try options.show(Report([.detail(key: "files", .array(reports.map(\.json)))]))
    }
    if !errors.isEmpty { throw ErrorList(errors) }
  }
}

extension Report {
  /// The report under a file's name.
  fileprivate func titled(_ path: String) -> Report {
    Report([.group(key: nil, title: path == "-" ? "standard input" : path, self)])
  }
}
