import ArgumentParser
import Kernels

/// The command `lora pretrain`.
struct PretrainCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Train a network from scratch on a table.",
    discussion: """
      A multilayer perceptron: linear layers, the activation between each two, softmax \
      cross-entropy for classes, mean squared error for values. Tensors are named as in PyTorch's \
      nn.Sequential (0.weight, 0.bias, 2.weight and on), so that torch loads the file as it is. The \
      file also records activation, task, column names, target and class names.

      The classes are the labels that occur: by value where all are whole numbers, of which 1, 1.0 and \
      +1 are the same, otherwise words by code points. Unless they are 0, 1, 2 and on, the file \
      records their names, and every later table is read by them.
      """)

  @Argument(
    help: ArgumentHelp(
      "Table as CSV: a file, also inside gzip, or '-' for stdin.", valueName: "data"),
    completion: .file())
  var table: String

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers, with commas between.", valueName: "widths"))
  var hidden = WidthsArgument([64, 64])

  @Option(help: ArgumentHelp("relu, gelu, gelu_tanh, silu or tanh.", valueName: "name"))
  var activation = Activation.relu

  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Table") var columns: PreparationOptions
  @OptionGroup(title: "Table") var rules: TableRuleOptions
  @OptionGroup(title: "Optimization") var optimization: OptimizationOptions
  @OptionGroup(title: "Validation") var validation: ValidationOptions
  @OptionGroup(title: "State") var states: StateOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try PretrainSession(
      preparation: preparation(standardizes: true), classWeights: optimization.classWeights,
      run: trainingRun, output: output.place, report: report, seed: seed.seed
    ).pretrain(on: table, hidden: hidden.widths, activation: activation)
  }
}

/// Layer widths as they are given: `64,64`.
struct WidthsArgument: ExpressibleByArgument, CustomStringConvertible {
  let widths: [Int]

  init(_ widths: [Int]) {
    self.widths = widths
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    widths = parts.compactMap { Int($0) }
    guard widths.count == parts.count, widths.allSatisfy({ (1...1_000_000).contains($0) }) else {
      return nil
    }
  }

  var description: String { widths.map(String.init).joined(separator: ",") }
  var defaultValueDescription: String { description }
}
