import Models
import Spectra
import Tensors

/// What a look at one input found.
package struct Inspection: Sendable {
  /// What a file is for.
  package enum Kind: String, Sendable {
    case checkpoint
    case adapter
    /// A checkpoint that says an adapter is folded into it.
    case merged = "merged checkpoint"
  }

  /// How it lies on the disk.
  package enum Form: String, Sendable {
    case file
    case folder
    case shardedFolder = "sharded folder"
    case stream
  }

  /// What a checkpoint comes to.
  package struct Size: Sendable {
    package let path: String
    /// Nil when it holds codes in a layout that is not known.
    package let parameterCount: Int?
    package let byteCount: Int
  }

  /// The input as the user named it; `-` is standard input.
  package let path: String
  package let kind: Kind
  package let form: Form
  /// `gzip` or `blocked gzip`; nil for plain files.
  package let compression: String?
  /// Bytes on the disk, all shards together; nil for a stream.
  package let fileSize: Int?
  /// In the order of the file, shard by shard.
  package let tensors: [InspectedTensor]
  /// The header's `__metadata__`, in its order; of the first shard in a sharded folder.
  package let metadata: [(key: String, value: String)]
  /// The layouts of weights in codes.
  package var layouts: [LayoutTotal] = []
  package var adapter: AdapterSummary?
  package var merged: MergedSummary?
  package var check: ContentCheck?
  /// What stands out in an adapter.
  package var audit: AdapterAudit?
  /// What is wrong with it, although it can be shown.
  package var problems: [any ReportableError] = []

  package var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }
  /// Nil when it holds codes in a layout that is not known.
  package var parameterCount: Int? {
    tensors.reduce(0) { sum, tensor in
      sum.flatMap { sum in tensor.parameterCount.map { sum + $0 } }
    }
  }
}
