/// Options that may be given with a value or without: with one they are written as another option.
///
/// The argument parser takes a flag's value by `=` for no value at all, and would drop it.
enum AttachedValues {
  private static let options = [
    "--dequantize": "--dequantize-as", "--train-bias": "--train-bias-of",
  ]

  /// `arguments` with `--dequantize=bf16` as `--dequantize-as=bf16`.
  static func expand(_ arguments: [String]) -> [String] {
    arguments.map { argument in
      guard let equals = argument.firstIndex(of: "="),
        let name = options[String(argument[..<equals])]
      else { return argument }
      return name + argument[equals...]
    }
  }
}
