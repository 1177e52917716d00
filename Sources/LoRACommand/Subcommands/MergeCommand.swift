import ArgumentParser
import Containers

/// The command `lora merge`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Add adapters to a checkpoint: W' = W + weight · s·B·A.",
    discussion: """
      Each adapter tensor is applied or the merge is refused. The sum is taken in f32 (f64 for f64 \
      weights), one fused multiply-add a rank, adapters in the order given, and rounded once to the \
      weight's own type, so the result has the same bits on every machine and for any --threads. \
      The output has the form of the base: a file, a folder with its shards and side files, or a \
      stream on '-'. A name in .safetensors or .gz makes one file of a folder. With --reversible a \
      remainder goes beside the result, or into its folder as lora_remainder.safetensors.

      Files of LyCORIS, kohya and ComfyUI hold other kinds beside B·A: LoCon with Tucker cores, LoHa, \
      LoKr, whole differences of weights, biases and norms, parameters set whole, DoRA's lengths of \
      outputs or inputs, and what multiplies the weight: IA³, OFT, BOFT, GLoRA. Each is what its \
      trainer's forward makes. Others differ: LyCORIS' own merge scales LoHa and LoKr twice; ComfyUI \
      takes DoRA's norms of outputs from the base alone, reads an alpha of 0 as 0 where trainers mean \
      the rank, and lets OFT go alpha far, not alpha times the outputs. A weight w of DoRA goes that \
      part of the way, W + w·(W' − W), as in ComfyUI; LyCORIS' modules keep the whole delta and scale \
      a part of the way. What multiplies is not taken out by subtraction: unmerge it with --base, or \
      merge with --reversible. OFT, BOFT and GLoRA hold one weight at a time in memory.

      Into quantized weights (lora quantize, bitsandbytes) a merge has to be told how. --dequantize \
      writes all of them out; the result is that of a merge into what lora dequantize writes. \
      --requantize rounds those that change to codes again; the report has the error that adds to \
      the exact merge, and its size beside the delta's. The remainder of such a merge holds the \
      tensors that it replaces.
      """)

  @Argument(
    help: ArgumentHelp("Checkpoint: a file, a folder, or '-' for stdin.", valueName: "base"),
    completion: .file())
  var base: String

  @Argument(
    help: ArgumentHelp(
      "Adapters, each with the weight it is added with (1 if left out).",
      valueName: "adapter[@weight]"))
  var adapters: [WeightedAdapterArgument]

  @Option(
    name: .customLong("initial-adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "For a PiSSA, OLoRA, CorDA or LoRA-GA adapter: the adapter it started from.",
      valueName: "path"),
    completion: .file())
  var initialAdapters: [String] = []

  @OptionGroup var part: PartOption
  @OptionGroup var options: MergeOptionsGroup
  @OptionGroup var reversible: ReversibleOptions

  @Option(
    help: ArgumentHelp("Where the remainder goes; needs --reversible.", valueName: "path"),
    completion: .file())
  var remainder: String?

  @OptionGroup var output: EditedOutputOptions
  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var fingerprint: BaseFingerprintOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if remainder != nil, !reversible.reversible {
      throw ValidationError("--remainder needs --reversible")
    }
    let streams = [base] + adapters.map(\.path) + initialAdapters
    try output.validate(
      inputs: streams, changesForm: options.changesForm || shardSize.byteCount != nil)
    if streams.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("'-' can be read only once")
    }
  }

  func run() throws {
    try MergingSession(
      output: output, isReversible: reversible.reversible, newRemainder: remainder,
      shardSize: shardSize.byteCount, options: options.options,
      takesAnyBase: fingerprint.anyBase, part: part.value, threads: threads, report: report
    ).merge(adapters, into: base, initial: initialAdapters)
  }
}
