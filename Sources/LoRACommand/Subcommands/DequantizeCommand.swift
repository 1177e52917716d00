import ArgumentParser

/// The command `lora dequantize`.
struct DequantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dequantize",
    abstract: "Write out in full what is stored in 4 or 8 bits.",
    discussion: """
      Reads what lora quantize and bitsandbytes write: a weight is level · scale, one product in \
      f32, rounded to the type that the weight had before it was quantized. Of published layouts it \
      reads fp8 (plain; scales for tensors, rows, groups or blocks: Hugging Face, compressed-tensors, \
      ComfyUI), compressed-tensors' int8, packed integers, NVFP4 and MXFP4, ModelOpt's NVFP4, gpt-oss' \
      MXFP4 experts, GPTQ, AWQ and MLX: (code - zero) · scale + bias in f32, rounded once, to what \
      config.json says the weights are, else to bf16. --dtype writes the same numbers in another \
      type. All other tensors are copied, scales and markers are gone, and config.json says no more \
      that weights are quantized.

      Scales lie behind the codes in some files, so a stream has to be saved first.
      """)

  @Argument(
    help: ArgumentHelp("Quantized checkpoint: a file or a folder.", valueName: "base"),
    completion: .file())
  var base: String

  @Option(
    help: ArgumentHelp(
      "Write the weights as f32, f16, bf16 or f64. (default: what each was, or config.json says)",
      valueName: "type"))
  var dtype: FloatTypeArgument?

  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try QuantizationSession(
      output: output, shardSize: shardSize.byteCount, threads: threads, report: report
    ).dequantize(base, as: dtype?.type)
  }
}
