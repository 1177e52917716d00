import ArgumentParser
import Containers
import Merging
import Models

/// The command `lora quantize`.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Store the weights of linear layers in 4 or 8 bits.",
    discussion: """
      nf4 and fp4 are 4-bit codes with a scale for each block of weights, int8 is an integer for each \
      weight with a scale for each row. The layout is that of bitsandbytes, so that transformers loads \
      the result, and its config.json says so. The scales of the 4-bit formats are quantized again, \
      to 8 bits in blocks of 256, unless --no-double-quant says otherwise.

      By default the weights of linear layers are stored so: matrices called MODULE.weight whose \
      module is no embedding, output layer, classifier or norm, no expert and no router, and nothing \
      else that transformers keeps in full. Conv1D layers, as GPT-2's, are refused. The report tells for each what the \
      codes miss: the root mean square, the largest error, and the signal-to-noise ratio in dB, \
      10·log10(Σw² / Σerror²), all of the numbers as they are read back.

      --json: format, block, double_quant, tensors_quantized, tensors_copied, bytes_before, \
      bytes_after, ratio, rmse, max_error, snr_db, fingerprint, seconds, and tensors [tensor, shape, \
      bytes_before, bytes_after, rmse, max_error, snr_db].

      A checkpoint is read twice, once for the scales; of a stream one tensor at a time is held.
      """)

  @Argument(
    help: ArgumentHelp("Checkpoint: a file, a folder, or '-' for stdin.", valueName: "base"),
    completion: .file())
  var base: String

  @Option(help: ArgumentHelp("nf4, fp4 or int8.", valueName: "name"))
  var format = QuantizationFormat.nf4

  @Option(
    help: ArgumentHelp(
      "Weights that share a scale: 32, 64, 128 … 4096; not for int8. (default: 64)",
      valueName: "count"))
  var block: Int?

  @Flag(inversion: .prefixedNo, help: "Quantize the scales too.")
  var doubleQuant = true

  @Option(
    help: ArgumentHelp(
      """
      What to quantize instead: modules by their names or last dotted parts, with commas between, * and \
      ? standing for any characters and for one; or 're:' and a regular expression.
      """, valueName: "names"))
  var targets: String?

  @Option(help: ArgumentHelp("What to leave as it is, written alike.", valueName: "names"))
  var skip: String?

  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    let sizes = QuantizationScheme.blockSizes
    if let block, !sizes.contains(block) {
      throw ValidationError(
        "--block is \(block), expected " + sizes.map(String.init).joined(separator: ", "))
    }
    if format == .int8, block != nil {
      throw ValidationError("--format int8 has a scale for each row; leave --block out")
    }
  }

  func run() throws {
    let scheme = QuantizationScheme(format, blockSize: block ?? 64, isDouble: doubleQuant)
    try QuantizationSession(
      output: output, shardSize: shardSize.byteCount, threads: threads, report: report
    ).quantize(
      base, by: scheme, targets: ModuleWords.of(targets), skipping: ModuleWords.of(skip) ?? [])
  }
}

extension QuantizationFormat: ExpressibleByArgument {}
