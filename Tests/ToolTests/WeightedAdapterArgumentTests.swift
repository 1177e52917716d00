import Foundation
import LoRACommand
import TestSupport
import Testing

@Suite struct WeightedAdapterArgumentTests {
  @Test(arguments: ["style@0.5", "style@1e3", "a@2/style@0.5", "style@-1"])
  func `a path that exists as it is written is that path, else its end is a weight`(
    _ name: String
  ) throws {
    try ScratchFolder.with { scratch in
      let text = scratch.path(name)
      let at = try #require(text.lastIndex(of: "@"))
      let beside = String(text[..<at])
      let weighted = try #require(WeightedAdapterArgument(argument: text))
      #expect(weighted.path == beside)
      #expect(weighted.weight == Double(text[text.index(after: at)...]))

      try FileManager.default.createDirectory(
        atPath: text, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(
        atPath: beside, withIntermediateDirectories: true)
      let existing = try #require(WeightedAdapterArgument(argument: text))
      #expect(existing.path == text && existing.weight == 1)
      let both = try #require(WeightedAdapterArgument(argument: text + "@0.25"))
      #expect(both.path == text && both.weight == 0.25)
      #expect(WeightedAdapterArgument(argument: both.description) == both)
    }
  }

  @Test(arguments: [("a@50%", 0.5), ("a@-12.5%", -0.125), ("a@100%", 1)])
  func `a weight may be a percentage`(text: String, weight: Double) {
    #expect(WeightedAdapterArgument(argument: text)?.weight == weight)
    #expect(WeightedAdapterArgument(argument: text)?.path == "a")
  }

  @Test(arguments: ["a@%", "a@x", "a@nan", "a@50 %x"])
  func `what is no number is no weight`(text: String) {
    #expect(WeightedAdapterArgument(argument: text)?.path == text)
  }

  @Test func `a link that leads nowhere is no weight`() throws {
    try ScratchFolder.with { scratch in
      let text = scratch.path("style@2")
      try FileManager.default.createSymbolicLink(atPath: text, withDestinationPath: "gone")
      #expect(WeightedAdapterArgument(argument: text)?.path == text)
    }
  }
}
