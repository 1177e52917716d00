import ArgumentParser
import Tensors

/// What a command declares, as its help lists it, to find what a wrong word was meant to be.
struct DeclaredWords {
  /// As `--rank` and `-o`.
  private let options: [String]
  /// As `<base>`, in their order.
  let arguments: [String]

  init(_ command: any ParsableCommand.Type) {
    let lines = RootCommand.helpMessage(for: command, includeHidden: true).split(separator: "\n")
    let heads = lines.filter { $0.hasPrefix("  -") || $0.hasPrefix("  <") }.map { line in
      line.dropFirst(2).split(separator: " ").prefix { "-<".contains($0.first ?? " ") }
    }
    options =
      heads.flatMap { $0 }.flatMap { $0.split(separator: "/") }
      .map { String($0.prefix { $0 != "," }) }.filter { $0.hasPrefix("-") }
    arguments = heads.compactMap { head in
      head.first.flatMap { $0.hasPrefix("<") ? String($0) : nil }
    }
  }

  /// What is wrong with the first option that there is not, and which may be meant.
  ///
  /// The parser says what is missing first, where a misspelt option is why.
  ///
  /// - Parameters:
  ///   - words: What stands behind the command's name.
  ///   - message: What the parser says, which also tells a short option that there is not.
  /// - Returns: The middle of a sentence, or nil where every option is declared.
  func problem(ofOptionIn words: [String], _ message: String) -> String? {
    let long = words.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
      .map { String($0.prefix { $0 != "=" }) }
    let quoted = message.split(separator: "'").dropFirst().first.map(String.init)
    let short = message.hasPrefix("Unknown option '-") ? quoted : nil
    let isKnown = Set(options + ["--generate-completion-script", "--version", "--help"])
    guard let word = long.first(where: { !isKnown.contains($0) }) ?? short else { return nil }
    if let name = Self.otherNames[word]?.first(where: options.contains) {
      return "unknown option '\(word)'; it is '\(name)' here"
    }
    let names = options.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
    let nearest =
      word.hasPrefix("--") ? NearestName.find(String(word.dropFirst(2)), among: names) : nil
    return "unknown option '\(word)'" + (nearest.map { "; the nearest is '--\($0)'" } ?? "")
  }

  /// Options as PEFT, transformers, mlx-lm, kohya and other tools call them, and ours.
  private static let otherNames: [String: [String]] = [
    "--lr": ["--learning-rate"], "-r": ["--rank"], "--r": ["--rank"], "--lora-r": ["--rank"],
    "--lora-rank": ["--rank"], "--network-dim": ["--rank"], "--dim": ["--rank"],
    "--lora-alpha": ["--alpha"], "--network-alpha": ["--alpha"], "--lora-dropout": ["--dropout"],
    "--use-rslora": ["--rslora"], "--use-dora": ["--dora"], "--lora-target": ["--target-modules"],
    "--lora-bias": ["--train-bias"], "--init-lora-weights": ["--init"],
    "--num-epochs": ["--epochs"], "--num-train-epochs": ["--epochs"], "--max-steps": ["--steps"],
    "--iters": ["--steps"], "--max-train-steps": ["--steps"], "--wd": ["--weight-decay"],
    "--bs": ["--batch-size"], "--per-device-train-batch-size": ["--batch-size"],
    "--train-batch-size": ["--batch-size"], "--gradient-accumulation-steps": ["--accumulate"],
    "--lr-scheduler": ["--schedule"], "--lr-scheduler-type": ["--schedule"],
    "--lr-schedule": ["--schedule"], "--warmup-steps": ["--warmup"],
    "--warmup-ratio": ["--warmup"], "--max-grad-norm": ["--clip-norm"], "--optim": ["--optimizer"],
    "--adapter-path": ["--adapter", "--output"], "--lora": ["--adapter"],
    "--output-dir": ["--output"], "--out": ["--output"], "--save-path": ["--output"],
    "--mlx-path": ["--output"], "--label": ["--target"], "--resume-from-checkpoint": ["--resume"],
    "--type": ["--dtype"], "--torch-dtype": ["--dtype"], "--precision": ["--dtype"],
    "--max-shard-size": ["--shard-size"], "--temp": ["--temperature"],
    "--max-new-tokens": ["--tokens"], "--max-seq-length": ["--max-tokens"], "-f": ["--force"],
    "-q": ["--quiet"], "-t": ["--threads"], "-T": ["--threads"], "-s": ["--seed"],
  ]
}
