import Adapters
import AdapterSamples
import Containers
import Merging
import Spectra
import Tensors
import Testing
import TestSupport

/// LoHa and LoKr as pairs of factors.
struct KindResizeTests {
  static let cases = [
    "lycoris-loha", "lycoris-loha-tucker", "lycoris-lokr", "lycoris-lokr-both",
    "lycoris-lokr-full", "lycoris-lokr-tucker",
  ]

  /// W' of the case's base, with its adapter resized.
  private static func merged(
    _ golden: GoldenMerge, _ choice: RankChoice, in scratch: ScratchFolder
  ) throws -> (tensors: [String: Tensor], error: Double) {
    let adapter = try AdapterFile.open(golden.adapterPath).settled(by: golden.base)
    var resize = Resize(adapter, to: choice, threads: 2)
    for entry in golden.base.entries where entry.name.hasSuffix(".weight") {
      resize.weightShapes[String(entry.name.dropLast(7))] = entry.shape
    }
    let result = try resize.run()
    try result.write(
      to: scratch.path("pairs"), options: OutputOptions(synchronizes: false), threads: 1)
    let path = scratch.path("merged.safetensors")
    let pairs = WeightedAdapter(try AdapterFile.open(scratch.path("pairs")))
    _ = try Merge([pairs], into: golden.base, to: .forTests(path, like: golden.base)).run()
    return (try Checkpoint.open(path).allTensors(), result.error)
  }

  @Test(arguments: cases)
  func `a rank that is large enough keeps the delta`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let found = try Self.merged(golden, .each(.rank(24)), in: scratch)
      #expect(found.error < 1e-7)
      for (entry, wanted) in try TensorFile.open(golden.expectedPath).tensors() {
        let values = try #require(found.tensors[entry.name]?.doubles)
        let expected = try #require(wanted.doubles)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(entry.name)")
      }
    }
  }

  @Test(arguments: cases, [RankChoice.each(.rank(1)), .budget(parameters: 400, most: 8)])
  func `the error that is said is that of the merged weights`(
    _ name: String, _ choice: RankChoice
  ) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    try ScratchFolder.with { scratch in
      let found = try Self.merged(golden, choice, in: scratch)
      let base = try golden.base.allTensors()
      var (lost, energy) = (0.0, 0.0)
      for (entry, wanted) in try TensorFile.open(golden.expectedPath).tensors() {
        let before = try #require(base[entry.name]?.doubles)
        let after = try #require(found.tensors[entry.name]?.doubles)
        for (index, value) in (wanted.doubles ?? []).enumerated() {
          lost += (value - after[index]) * (value - after[index])
          energy += (value - before[index]) * (value - before[index])
        }
      }
      let error = (lost / energy).squareRoot()
      #expect(abs(found.error - error) < 1e-4, "said \(found.error), is \(error)")
    }
  }

  @Test(arguments: ["lycoris-ia3", "lycoris-oft", "lycoris-boft", "lycoris-glora", "lycoris-full"])
  func `what has no delta of its own is refused by name`(_ name: String) throws {
    let golden = try GoldenMerge(name, under: "kinds")
    let adapter = try AdapterFile.open(golden.adapterPath).settled(by: golden.base)
    let resize = Resize(adapter, to: .each(.rank(4)), threads: 1)
    let error = try #require(throws: AdapterError.self) { try resize.run() }
    #expect(error.description.contains("is of "))
    #expect(error.description.contains("lora extract"))
  }
}
