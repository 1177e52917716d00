import Adapters
import ArgumentParser
import Containers
import Kernels
import Merging
import TextModels

/// Adapters that go beside a model of text, unmerged.
struct TextAdapterOptions: ParsableArguments {
  @Option(
    name: .customLong("adapter"),
    help: ArgumentHelp(
      "An adapter to put beside the model, as PATH or PATH@WEIGHT; repeatable.", valueName: "path"))
  var adapters: [WeightedAdapterArgument] = []

  @Flag(help: "Go on even when the adapter records another base's fingerprint.")
  var anyBase = false

  init() {}

  /// The same as other commands have them.
  init(_ adapters: [WeightedAdapterArgument], anyBase: Bool) {
    (self.adapters, self.anyBase) = (adapters, anyBase)
  }

  /// Opens the model at `path` with the adapters, which must have been trained on it.
  func model(_ path: String, workers: Workers) throws -> TextModel<Float> {
    guard !adapters.isEmpty else { return try TextModel<Float>(path) }
    let opened = try adapters.map { try $0.open() }
    var model = try TextModel<Float>(
      try Checkpoint.open(path), headedBy: opened.map(\.adapter))
    let state = try MergedState(metadata: model.checkpoint.metadata, file: model.file)
    _ = try BaseGuard(
      base: model.checkpoint, mergedBase: state?.base, adapters: opened.map(\.adapter),
      isIgnored: anyBase
    ).checkAhead(threads: workers.count)
    try model.attach(opened)
    return model
  }
}
