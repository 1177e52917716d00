import Tensors

/// A family of image or video models: what their modules are called by whom.
package struct ModelFamily: Sendable {
  /// As messages name it.
  package let name: String
  /// The names of the model's own code, which ComfyUI and all-in-one checkpoints have.
  let original: NamingTable
  /// The names of diffusers.
  let diffusers: NamingTable
  /// Further names of the same modules, as some trainers write them.
  let others: NamingTable
  /// Whether kohya's trainers spell its modules as diffusers calls them.
  let isKohyaDiffusers: Bool
  /// Whether its denoiser is a UNet, which diffusers keeps under another name than a transformer.
  let isUNet: Bool

  /// - Parameters:
  ///   - name: As messages name it.
  ///   - original: The names of the model's own code.
  ///   - diffusers: diffusers' names where they are not a piece each.
  ///   - others: Further names.
  ///   - isKohyaDiffusers: Whether kohya's names are diffusers' with underscores.
  ///   - isUNet: Whether its denoiser is a UNet.
  init(
    _ name: String, original: [NamingRule], diffusers: [NamingRule] = [],
    others: [NamingRule] = [], isKohyaDiffusers: Bool = false, isUNet: Bool = false
  ) {
    self.name = name
    self.original = NamingTable(original)
    self.diffusers = NamingTable(self.original.identity + diffusers)
    self.others = NamingTable(others)
    (self.isKohyaDiffusers, self.isUNet) = (isKohyaDiffusers, isUNet)
  }

  /// The module of this name, whosever it is; nil when the family has none.
  func run(of name: String, isUnderscored: Bool = false) -> ModuleRun? {
    original.run(of: name, isUnderscored: isUnderscored)
      ?? diffusers.run(of: name, isUnderscored: isUnderscored)
      ?? others.run(of: name, isUnderscored: isUnderscored)
  }

  /// Those that know most of `names`, if they know half of them.
  ///
  /// - Parameters:
  ///   - names: Of modules of one part, without its root.
  ///   - isUnderscored: Whether their dots are underscores.
  /// - Returns: Several, where the names are common to them: then those mean the same in each.
  static func fitting(_ names: [String], isUnderscored: Bool = false) -> [ModelFamily] {
    let counts = all.map { family in
      names.count { family.run(of: $0, isUnderscored: isUnderscored) != nil }
    }
    guard let most = counts.max(), most > 0, most * 2 >= names.count else { return [] }
    return zip(all, counts).filter { $0.1 == most }.map(\.0)
  }
}
