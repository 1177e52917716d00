import Containers
import JSON
import Testing
import TestSupport

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
      #expect(!error.description.contains("\n"))
      #expect([.badData, .missingInput].contains(error.category))
    }
  }

  static let faults: [(name: String, tensor: String?, problem: HeaderProblem)] = [
    ("gap", "b", .gap(expected: 4, found: 8)), ("overlap", "b", .overlap(expected: 8, found: 4)),
    ("duplicate-by-escape", "w", .duplicateName), ("begin-after-end", "w", .beginAfterEnd),
    ("f4-odd", "w", .partialByte), ("shape-overflow-times-zero", "w", .sizeOverflow),
    ("offset-2-64", "w", .numberTooLarge), ("unknown-dtype", "w", .unknownType("F33")),
    ("missing-byte", "w", .dataTooShort(expected: 16, found: 15)),
    ("trailing-byte", nil, .dataTooLong(expected: 16, found: 17)),
    ("nul-in-name", "a\0b", .nulInName), ("bom", nil, .json(.byteOrderMark)),
    ("lone-surrogate", nil, .json(.loneSurrogate)), ("invalid-utf8", nil, .json(.notUTF8)),
  ]

  @Test(arguments: faults)
  func `a header is refused for its own fault and blames the right tensor`(
    _ name: String, _ tensor: String?, _ problem: HeaderProblem
  ) throws {
    let error = try #require(throws: ContainerError.self) {
      try TensorFile.open(Fixtures.path("malformed/containers/\(name).safetensors"))
    }
    #expect(error.problem == .header(problem))
    #expect(error.tensor == tensor)
  }

  @Test func `a bomb is refused at the first byte too many`() throws {
    let file = try TensorFile.open(
      Fixtures.path("malformed/gzip/bomb-1gib.safetensors.gz"))
    let error = try #require(throws: ContainerError.self) { try file.tensors() }
    #expect(error.problem == .header(.dataGoesOn(expected: 16)))
    // What was read of the compressed file is far less than the bomb needs.
    #expect(try #require(error.offset) < 65_536)
  }

  @Test func `hostile shard names are refused before any file is opened`() {
    let names = [
      "", ".", "..", "../x", "/x", "a/b", "a\\b", "C:x", ".hidden", "x\0", "x\n", "\u{7F}",
      "....//x", "~/x/y", "a/../x", String(repeating: "x", count: 256),
    ]
    for name in names { #expect(!ShardNames.isBare(name), "\(name)") }
    #expect(ShardNames.isBare("model-00001-of-00003.safetensors"))
  }
}
