import Adapters
import ArgumentParser

/// The command `lora convert`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write an adapter in another program's format, or a checkpoint in another form.",
    discussion: """
      An adapter: reads PEFT folders and single files, kohya and diffusers files, mlx-lm folders and GGUF \
      adapters, and writes any of them: PEFT as a folder (or one file, when the output ends in \
      .safetensors or is '-'), kohya, diffusers, comfy and GGUF as a file, mlx-lm as a folder. What the \
      new format cannot say about scales goes into lora_B: exactly where it is a power of two, else each \
      element is rounded once, and the report counts them. What it cannot hold at all is refused \
      by name.

      Adapters of image and video models whose family is known (Stable Diffusion, SDXL, SD3, Flux, \
      Chroma, HunyuanVideo, Wan, Qwen-Image, Z-Image, LTX-Video) get the names that kohya's, \
      diffusers' or ComfyUI's own files have, fused matrices cut or joined as those ask, without \
      --base. What is of no known family is refused rather than written under names nobody reads.

      --base is the checkpoint the adapter is for. GGUF needs its config.json in both directions \
      (names, head counts), a kohya file its list of modules.

      A checkpoint: --dtype rounds its floating-point tensors once (or widens them exactly; the \
      report says which), --shard-size cuts a folder's weights into files of that size, a name in \
      .safetensors joins them into one, and --gzip or a name in .gz compresses.
      """)

  @Argument(
    help: ArgumentHelp(
      "An adapter or a checkpoint: a folder, a file, or '-' for stdin.", valueName: "input"),
    completion: .file())
  var input: String

  @Option(help: ArgumentHelp("The format of an adapter. (default: peft)", valueName: "format"))
  var to: AdapterFormat?

  @Option(help: ArgumentHelp("The adapter's base.", valueName: "path"), completion: .file())
  var base: String?

  @OptionGroup var part: PartOption

  @Flag(
    help: """
      Give all modules of a PEFT adapter one rank and one alpha, without patterns and rsLoRA, for \
      readers that ignore those.
      """)
  var uniform = false

  @Option(
    help: ArgumentHelp(
      "Write a checkpoint's floating-point tensors as f32, f16, bf16 or f64.", valueName: "type"))
  var dtype: FloatTypeArgument?

  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if uniform, to ?? .peft != .peft {
      throw ValidationError("--uniform is for --to peft; other formats are uniform as they need it")
    }
  }

  func run() throws {
    let session = ConversionSession(output: output, threads: threads, report: report)
    if try isAdapter() {
      try session.convert(
        adapter: input, to: (to ?? .peft).dialect, base: base, part: part.value,
        isUniform: uniform)
    } else {
      try session.convert(checkpoint: input, type: dtype?.type, shardSize: shardSize.byteCount)
    }
  }

  /// What the input is; a stream, which cannot be looked at twice, is a checkpoint without `--to`.
  private func isAdapter() throws -> Bool {
    let asksForAdapter = to != nil || base != nil || uniform || part.value != nil
    let asksForCheckpoint = dtype != nil || shardSize.byteCount != nil
    if asksForAdapter, asksForCheckpoint {
      throw ValidationError("--dtype and --shard-size are for checkpoints, the rest for adapters")
    }
    return asksForAdapter
      || (!asksForCheckpoint && input != "-" && AdapterFile.exists(at: input))
  }
}

/// A dialect as `--to` spells it.
enum AdapterFormat: String, ExpressibleByArgument, CaseIterable {
  case peft
  case kohya
  case diffusers
  case comfy
  case mlx
  case gguf

  var dialect: AdapterDialect {
    switch self {
    case .peft: .peft
    case .kohya: .kohya
    case .diffusers: .diffusers
    case .comfy: .comfy
    case .mlx: .mlx
    case .gguf: .gguf
    }
  }
}
