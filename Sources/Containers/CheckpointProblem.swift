import JSON
import Tensors

/// Why a folder is no checkpoint, or its parts do not fit together.
package enum CheckpointProblem: Equatable, Sendable, CustomStringConvertible {
  case noWeights
  case onlyPickle(String)
  case onlyAdapter
  case twoForms(WeightNames)
  case severalIndexes([String])
  case severalFiles([String])
  case shardsWithoutIndex(String)
  case notAFile(String)
  case badShardName(String)
  case missingShard(String)
  case indexNotAnObject
  case noWeightMap
  case emptyWeightMap
  case shardNotText
  case shardWithoutTensor(String)
  case unlistedTensor(shard: String)
  case inTwoShards(String, String)
  case wrongShard(listed: String, found: String)
  /// Another checkpoint has a tensor that this one lacks; its path, where that is known.
  case missingCounterpart(String?)
  case otherForm(expected: String, found: String)
  /// A finite element has no finite neighbour in the type it is rounded to.
  case becomesInfinite(index: Int, type: String)

  package var category: FailureCategory {
    switch self {
    case .noWeights, .missingShard: .missingInput
    default: .badData
    }
  }

  package var description: String {
    switch self {
    case .noWeights:
      "holds neither model.safetensors, nor model.safetensors.index.json, nor the same of diffusers "
        + "(diffusion_pytorch_model), nor a single .safetensors file; name the folder or file that has the weights"
    case .onlyPickle(let name):
      "holds its weights only as a PyTorch pickle (\(escaped(name))), which can run code and is "
        + "never read; save them as safetensors first"
    case .onlyAdapter:
      "holds an adapter and no model; name the base model here, and the adapter where one is asked "
        + "for"
    case .twoForms(let names):
      "holds \(escaped(names.single)) and \(escaped(names.index)), which do not mean the same weights, "
        + "and which one counts is unclear; name the file, or put the shards into a folder of their own"
    case .severalIndexes(let names):
      "holds several variants: \(names.map { escaped($0) }.joined(separator: ", ")); put the one that "
        + "is meant into a folder of its own"
    case .severalFiles(let names):
      "holds several files of weights: \(names.map { escaped($0) }.joined(separator: ", ")), and no "
        + "index that joins them; name the one that is meant"
    case .shardsWithoutIndex(let name):
      "holds shards, as \(escaped(name)), and not the index that says what is in them "
        + "(.safetensors.index.json); fetch it too"
    case .notAFile(let name):
      "the shard \(escaped(name)) is not a regular file; put the file itself there"
    case .badShardName(let name):
      "the index names the shard \"\(escapedKey(name))\", which is not a bare file name in its "
        + "folder; nothing was opened: correct the index"
    case .missingShard(let name):
      "the shard \(escaped(name)) that the index names is missing; fetch it"
    case .indexNotAnObject: "the index must be a JSON object with a weight_map; fetch it again"
    case .noWeightMap: "the index has no weight_map object; fetch it again"
    case .emptyWeightMap: "the weight_map names no tensor; fetch the index again"
    case .shardNotText: "the weight_map must name a file; correct the index"
    case .shardWithoutTensor(let shard):
      "the index says it is in \(escaped(shard)), which does not have it; fetch both again"
    case .unlistedTensor(let shard):
      "is in \(escaped(shard)), and the index does not list it; correct the index"
    case .inTwoShards(let first, let second):
      "is in \(escaped(first)) and in \(escaped(second)), and which one counts is unclear; "
        + "fetch both again"
    case .becomesInfinite(let index, let type):
      "element \(index) is too large for \(type); choose a wider type, as bf16 or f32"
    case .missingCounterpart(let other):
      "is missing here, though \(other.map { escaped($0) } ?? "its counterpart") has it; "
        + "are these two of the same model?"
    case .otherForm(let expected, let found):
      "expected \(expected) as in its counterpart, found \(found); "
        + "are these two of the same model?"
    case .wrongShard(let listed, let found):
      "the index says it is in \(escaped(listed)), and it is in \(escaped(found)); "
        + "correct the index"
    }
  }
}
