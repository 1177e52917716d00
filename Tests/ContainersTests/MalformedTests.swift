import Testing

import Containers

/// What a manifest says must become of one file or folder.
struct Verdict: Sendable, CustomTestStringConvertible {
  let path: String
  let about: String
  let expected: String

  var testDescription: String { "\(path): \(about)" }

  static func all(_ section: String) -> [Verdict] {
    guard let manifest = try? JSONValue(contentsOf: Fixtures.path("malformed/\(section).json"))
    else { return [] }
    return (manifest["cases"]?.array ?? []).map { row in
      Verdict(
        path: row["file"]?.string ?? row["folder"]?.string ?? "",
        about: row["about"]?.string ?? "", expected: row["lora"]?.string ?? "")
    }
  }
}

@Suite struct MalformedTests {
  @Test func `the manifests are all there`() {
    #expect(Verdict.all("containers").count == 93)
    #expect(Verdict.all("gzip").count == 25)
    #expect(Verdict.all("sharded").count == 20)
  }

  @Test(arguments: ["containers", "gzip", "sharded"].flatMap(Verdict.all))
  func `every malformed file is refused and every odd valid one read`(_ verdict: Verdict) {
    let path = Fixtures.path("malformed/" + verdict.path)
    do throws(ContainerError) {
      _ = try Checkpoint.open(path).fingerprint()
      #expect(verdict.expected != "reject")
    } catch {
      #expect(verdict.expected != "accept", "\(error)")
      #expect(error.description.hasPrefix(path))
    }
  }
}
