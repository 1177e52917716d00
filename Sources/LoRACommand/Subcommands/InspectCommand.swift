import ArgumentParser
import Containers
import Reports

/// `lora inspect`: says what a file is.
package struct InspectCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a file is and what it holds.",
    discussion: """
      Reads checkpoints, adapters and merged checkpoints: a file, a folder, or '-' for stdin, each \
      also inside gzip. Only headers are read, so that a file of any size answers at once. Of many \
      tensors, alike ones of many layers are listed together.

      --audit measures the update of every module of an adapter: its norm, its stable rank, and how \
      much of it is in few outputs or inputs. A module stands out when it is more than 5 median \
      deviations from the median of its family, the same projection over the layers, and besides by \
      a factor of 2 (norm, stable rank) or by a fifth of the energy (outputs, inputs); families of \
      fewer than 4 are not judged. Modules without effect, layers left out, embedding rows, \
      parameters brought whole, mixed types and what the settings have strange are listed too. It \
      is a signal, not a proof, and changes no exit status.

      --json gives {"files": [...]}, for each file: path, kind (checkpoint, adapter, merged \
      checkpoint), form (file, folder, sharded folder, stream), compression, file_bytes, bytes, \
      tensor_count, parameters, metadata, totals [dtype, tensors, parameters, bytes] and tensors \
      [name, dtype, shape, bytes, file]. An adapter has adapter: dialect, rank, alpha, scaling, \
      rank_stabilized, dora, targets, module_count, replaced, parameters, weight_reduction, \
      base_model, base_fingerprint, task_type, zero_module_count, stray, findings, base [path, parameters, \
      reduction, bytes, share] and modules [module, rank, scaling, parameters, reduction]. A merged \
      checkpoint has merged: base_fingerprint, adapters [path, weight, fingerprint] and, of reversible \
      merges, remainders [remainder, bytes, share of the weights it restores]. A quantized one has \
      quantized: weights and formats. --check adds check: read_bytes, fingerprint, non_finite_count \
      and non_finite [tensor, count]. --audit adds audit: audited, standing_out, thresholds, findings \
      [what, where, finding, value, usual, deviations], families [family, modules, norm, \
      stable_rank, output_share, input_share] and modules [module, norm, spectral_norm, stable_rank, \
      output_share, input_share].
      """)

  @Argument(
    help: ArgumentHelp("What to look at; '-' is stdin.", valueName: "file"), completion: .file())
  package var files: [String]

  @Option(
    help: ArgumentHelp(
      "Checkpoint to compare adapters with: its size, and with --check whether they fit.",
      valueName: "checkpoint"),
    completion: .file())
  package var base: String?

  @Flag(
    help: """
      Read every byte: checksums, shards against their index, infinities and NaNs counted. Exit 65 \
      when something is wrong.
      """)
  package var check = false

  @Flag(help: "Say what stands out in an adapter; reads every byte, as --check.")
  package var audit = false

  @Flag(exclusivity: .exclusive)
  package var listing: Listing?

  @OptionGroup package var threads: ThreadsOption
  @OptionGroup package var report: ReportOptions

  /// How much is listed, when it is not the usual.
  package enum Listing: EnumerableFlag {
    case summary
    case tensors

    package static func help(for value: Self) -> ArgumentHelp? {
      switch value {
      case .summary: "List no tensors, only totals."
      case .tensors: "List every tensor, and every module of an adapter."
      }
    }
  }

  package init() {}

  package func validate() throws {
    if (files + [base]).count(where: { $0 == "-" }) > 1 {
      throw ValidationError("'-' can be read only once")
    }
  }

  package func run() throws {
    var inspector = Inspector()
    inspector.base = base
    inspector.checksContent = check || audit
    inspector.audits = audit
    if audit { try LinearAlgebra.open() }
    inspector.threads = threads.count
    inspector.isQuiet = report.quiet
    try inspector.show(files, detail: detail, as: report)
  }

  private var detail: InspectionDetail {
    switch listing {
    case .summary: .summary
    case .tensors: .all
    case nil: .grouped
    }
  }
}
