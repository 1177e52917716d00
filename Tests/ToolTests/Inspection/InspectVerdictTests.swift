import TestSupport
import Testing

/// A file or folder and what a reader must do with it.
private struct Case: Decodable, Sendable, CustomTestStringConvertible {
  let file: String?
  let folder: String?
  let lora: String

  var path: String { file ?? folder ?? "" }
  var testDescription: String { path }
}

private struct Manifest: Decodable {
  let cases: [Case]
}

private func cases(_ name: String) throws -> [Case] {
  try Fixtures.json("malformed/\(name).json", as: Manifest.self).cases
}

@Suite struct InspectVerdictTests {
  @Test(arguments: ["containers", "gzip", "sharded"])
  func `every broken file is refused in one line that names it, and every odd one is read`(
    _ manifest: String
  ) throws {
    for item in try cases(manifest) {
      let path = Fixtures.path("malformed/" + item.path)
      let result = try Tool.run(["inspect", "--check", path])
      #expect(!result.timedOut)
      switch item.lora {
      case "accept": #expect(result.exitCode == 0, "\(item.path): \(result.errorText)")
      case "reject": #expect(result.exitCode != 0, "\(item.path) was accepted")
      default: break
      }
      if result.exitCode == 0 {
        #expect(result.errorText == "")
      } else {
        #expect([65, 66].contains(result.exitCode), "\(item.path): \(result.exitCode)")
        #expect(result.errorLines.count == 1, "\(item.path): \(result.errorText)")
        #expect(result.errorText.hasPrefix("lora: error: \(path)"), "\(result.errorText)")
        #expect(result.text == "", "\(item.path)")
      }
    }
  }
}
