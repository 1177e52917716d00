import Foundation
import TestSupport
import Testing

/// The manual pages are what the commands declare.
///
/// `.ci/manual` writes them anew.
@Suite struct ManualTests {
  private let folder = Fixtures.packageRoot + "/man"

  @Test func `every command has its page, and the page says what the command declares`() throws {
    let pages = try CommandDeclaration.root().all.map { ($0.pageName + ".1", ManualPage($0).text) }
    if ProcessInfo.processInfo.environment["LORA_WRITE_MANUAL"] != nil {
      try write(pages)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == pages.map(\.0).sorted())
    for (name, text) in pages {
      let isCurrent = FileManager.default.contents(atPath: "\(folder)/\(name)") == Data(text.utf8)
      #expect(isCurrent, "man/\(name) is stale: run .ci/manual")
    }
  }

  private func write(_ pages: [(name: String, text: String)]) throws {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for page in pages {
      try Data(page.text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(page.name)"))
    }
  }
}
