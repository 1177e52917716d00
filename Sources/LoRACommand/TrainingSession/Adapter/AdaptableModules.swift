/// The linear layers of a base, and what is done with them where nobody says.
struct AdaptableModules {
  /// The base's file, for errors.
  let file: String
  /// All of them, from the input's on.
  let modules: [String]
  /// Those that are adapted where nobody says: `all-linear`.
  var usual: [String]
  /// Those that are trained whole beside a new adapter where nobody says.
  var saved: [String] = []
  /// The names of weights that stay in codes.
  let quantizedNames: Set<String>
  /// The rank where nobody says.
  let rank: Int
}

extension BaseNetwork {
  var adaptableModules: AdaptableModules {
    AdaptableModules(
      file: file, modules: modules, usual: modules, quantizedNames: quantizedNames,
      rank: TrainingDefaults.table.rank)
  }
}
