import ArgumentParser
import Containers
import Merging
import Tensors

/// Where a checkpoint is written, and how.
protocol CheckpointOutputOptions {
  /// A file, a folder, or `-` for stdout.
  var output: String { get }
  var force: Bool { get }
  var noSync: Bool { get }
  /// Whether to write inside gzip; nil to go by the name.
  var gzip: Bool? { get }
}

extension OutputOptionsGroup: CheckpointOutputOptions {
  /// Where a result goes, without the options that said so.
  var place: ResultOutput { ResultOutput(path: output, options: containerOptions, gzip: gzip) }
}

extension CheckpointOutputOptions {
  /// Whether the output is stdout, so that a report has to go elsewhere.
  var isStandardOutput: Bool { output == "-" }

  /// Whether to write inside gzip.
  var compresses: Bool { gzip ?? output.hasSuffix(".gz") }

  /// How files are written.
  var containerOptions: OutputOptions {
    OutputOptions(force: force, synchronizes: !noSync)
  }

  /// Where a checkpoint made from `source` goes.
  ///
  /// - Parameters:
  ///   - source: Whose form the output takes where nothing else is asked for.
  ///   - shardSize: Bytes of a shard, which asks for a folder.
  ///   - threads: How many compress.
  ///   - progress: Is told of the bytes done.
  /// - Returns: The output, about which nothing has been checked yet.
  /// - Throws: `ValidationError` for a compressed folder, which no other program would open.
  func checkpointOutput(
    like source: Checkpoint, shardSize: Int?, threads: ThreadsOption, progress: ProgressLine
  ) throws -> EditOutput {
    let destination = CheckpointDestination(
      output, like: source, mustBeFolder: shardSize != nil)
    if case .folder = destination, compresses {
      throw ValidationError(
        "--gzip is for single files: end the output in .safetensors.gz to join the shards")
    }
    if shardSize != nil, destination.sharding == .joined {
      throw ValidationError("--shard-size asks for a folder, but the output names one file")
    }
    if case .folder = destination, !source.namesLeftBehind.isEmpty {
      Warnings.say(
        "\(escaped(source.path)): these do not go along into \(escaped(output)): "
          + source.namesLeftBehind.map { escaped($0) }.joined(separator: ", ")
          + "; copy those that the model needs")
    }
    var result = EditOutput(
      destination,
      settings: CheckpointWriter.Settings(
        output: containerOptions, compression: compresses ? .blockedGzip : .none,
        threads: threads.count))
    result.shardSize = shardSize
    result.onProgress = { progress.advance(by: $0) }
    return result
  }
}
