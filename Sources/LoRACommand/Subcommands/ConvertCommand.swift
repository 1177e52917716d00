import Adapters
import ArgumentParser

/// The command `lora convert`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write an adapter in another program's format, with the same delta.",
    discussion: """
      Reads PEFT folders and single files, kohya and diffusers files, mlx-lm folders and GGUF \
      adapters, and writes any of them: PEFT as a folder (or one file, when the output ends in \
      .safetensors or is '-'), kohya and GGUF as a file, mlx-lm as a folder. What the new format \
      cannot say about scales goes into lora_B: exactly where it is a power of two, else each \
      element is rounded once, and the report counts them. What it cannot hold at all is refused \
      by name.

      --base is the checkpoint the adapter is for. GGUF needs its config.json in both directions \
      (names, head counts), a kohya file its list of modules.
      """)

  @Argument(
    help: ArgumentHelp("The adapter: a folder, a file, or '-' for stdin.", valueName: "adapter"),
    completion: .file())
  var adapter: String

  @Option(help: ArgumentHelp("What to write.", valueName: "format"))
  var to = AdapterFormat.peft

  @Option(help: ArgumentHelp("The adapter's base.", valueName: "path"), completion: .file())
  var base: String?

  @Flag(
    help: """
      Give all modules of a PEFT adapter one rank and one alpha, without patterns and rsLoRA, for \
      readers that ignore those.
      """)
  var uniform = false

  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if uniform, to != .peft {
      throw ValidationError("--uniform is for --to peft; other formats are uniform as they need it")
    }
  }

  func run() throws {
    try ConversionSession(output: output, threads: threads, report: report)
      .convert(adapter, to: to.dialect, base: base, isUniform: uniform)
  }
}

/// A dialect as `--to` spells it.
enum AdapterFormat: String, ExpressibleByArgument, CaseIterable {
  case peft
  case kohya
  case mlx
  case gguf

  var dialect: AdapterDialect {
    switch self {
    case .peft: .peft
    case .kohya: .kohya
    case .mlx: .mlx
    case .gguf: .gguf
    }
  }
}
