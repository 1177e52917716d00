import Adapters
import AdapterSamples
import Containers
import Kernels
import Spectra
import Tensors
import Testing
import TestSupport

@Suite struct ResizeTests {
  /// Every kind of adapter that PEFT wrote.
  static let cases = GoldenMerge.cases

  private func resized(
    _ adapter: Adapter, _ choice: RankChoice, in scratch: ScratchFolder
  ) throws -> (result: Resize.Result, adapter: Adapter) {
    let result = try Resize(adapter, to: choice, threads: 2).run()
    try result.write(
      to: scratch.path("resized"), options: OutputOptions(force: true, synchronizes: false),
      threads: 1)
    return (result, try AdapterFile.open(scratch.path("resized")))
  }

  @Test(arguments: cases)
  func `a rank that is high enough changes no delta`(_ name: String) throws {
    let adapter = try AdapterFile.open(Fixtures.path("merge/\(name)/adapter"))
    try ScratchFolder.with { scratch in
      let (result, again) = try resized(adapter, .each(.rank(4096)), in: scratch)
      #expect(result.error < 1e-7)
      #expect(again.updates.map(\.module) == adapter.updates.map(\.module))
      #expect(again.updates.map(\.kind) == adapter.updates.map(\.kind))
      #expect(again.replacements.map(\.tensor) == adapter.replacements.map(\.tensor))
      for (before, after) in zip(adapter.updates, again.updates) {
        #expect(before.magnitude == after.magnitude)
        for index in 0..<before.matrixCount {
          let old = try before.delta(index, of: "")
          let new = try after.delta(index, of: "")
          let gap = try ThinProduct(sum: [new, old.scaled(by: -1)]).singularValues()[0]
          #expect(try gap <= 1e-6 * old.singularValues()[0] + 1e-12, "\(before.module)")
        }
      }
    }
  }

  @Test(arguments: ["llama-patterns-rslora", "cnn-conv2d", "moe-parameters", "gpt2-conv1d"])
  func `a lower rank has the least error, as reported`(_ name: String) throws {
    let adapter = try AdapterFile.open(Fixtures.path("merge/\(name)/adapter"))
    try ScratchFolder.with { scratch in
      let (result, again) = try resized(adapter, .each(.rank(2)), in: scratch)
      for (module, pair) in zip(result.modules, zip(adapter.updates, again.updates)) {
        #expect(pair.1.rank == 2 && module.rank.new == 2)
        var (lost, energy, least) = (0.0, 0.0, 0.0)
        for index in 0..<pair.0.matrixCount {
          let old = try pair.0.delta(index, of: "")
          let new = try pair.1.delta(index, of: "")
          let values = try old.singularValues()
          let gap = try ThinProduct(sum: [new, old.scaled(by: -1)]).singularValues()
          lost += gap.reduce(0) { $0 + $1 * $1 }
          energy += values.reduce(0) { $0 + $1 * $1 }
          least += values.dropFirst(2).reduce(0) { $0 + $1 * $1 }
        }
        #expect(abs((lost / energy).squareRoot() - module.error) < 1e-6)
        #expect(abs((least / energy).squareRoot() - module.error) < 1e-9)
      }
    }
  }

  @Test func `a budget gives each module a rank first`() throws {
    let adapter = try AdapterFile.open(Fixtures.path("combine/adapters/style"))
    let least = adapter.updates.reduce(0) { $0 + $1.parameterCount / $1.rank }
    let result = try Resize(adapter, to: .budget(parameters: least, most: 64), threads: 1).run()
    #expect(result.modules.map(\.rank.new) == [1, 1, 1])
    let all = try Resize(adapter, to: .budget(parameters: 4 * least, most: 64), threads: 1).run()
    #expect(all.modules.map(\.rank.new) == [4, 4, 4])
    #expect(throws: AdapterError.self) {
      try Resize(adapter, to: .budget(parameters: least - 1, most: 64), threads: 1).run()
    }
  }

  @Test(arguments: [0.5, 0.8, 0.95])
  func `an energy is kept with no rank too many`(_ share: Double) throws {
    let adapter = try AdapterFile.open(Fixtures.path("combine/adapters/third"))
    let result = try Resize(adapter, to: .each(.energy(share, most: 64)), threads: 1).run()
    for (module, named) in zip(result.modules, try adapter.spectra(threads: 1)) {
      #expect(module.rank.new == named.spectrum.rank(keeping: share))
    }
  }
}
