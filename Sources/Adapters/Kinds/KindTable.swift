import OrderedCollections
import Tensors

/// Sorts the tensors of modules that are no pair of factors, and makes their changes.
struct KindTable {
  typealias Parts = [KohyaName.Part: NamedTensor]

  let file: String
  /// In the file's order.
  private var modules: OrderedDictionary<String, Parts> = [:]
  private var singles: [(part: KindPart, module: String, tensor: NamedTensor)] = []
  /// alpha tensors of modules that have nothing to scale.
  private var idleAlphas: [String: String] = [:]
  private(set) var errors: [AdapterError] = []

  init(file: String) { self.file = file }

  var isEmpty: Bool { modules.isEmpty && singles.isEmpty }

  mutating func place(_ tensor: NamedTensor, at name: KohyaName) {
    if name.part != .kind(.onInput) { check(tensor) }
    if case .kind(let part) = name.part, part.kind == nil {
      singles.append((part, name.module, tensor))
    } else if let other = modules[name.module]?[name.part] {
      refuse(
        tensor.name,
        "means the same as \"\(escaped(other.name))\", and which one counts is unclear; fetch the "
          + "adapter again, or save it anew with the tool that wrote it")
    } else {
      modules[name.module, default: [:]][name.part] = tensor
    }
  }

  /// Takes the alpha of a module that is changed by whole differences alone, which it does not scale.
  mutating func placeIdle(_ alpha: NamedTensor, of module: String) {
    check(alpha)
    idleAlphas[module] = alpha.name
  }

  private mutating func check(_ tensor: NamedTensor) {
    if let problem = AdapterTensor.problem(tensor.tensor) { refuse(tensor.name, problem) }
  }

  mutating func refuse(_ name: String, _ problem: String) {
    errors.append(.tensor(file: file, name: name, problem: problem))
  }

  // MARK: What they make

  /// What the modules' tensors mean, where they can be used; what cannot is refused.
  mutating func contents() -> (updates: [ModuleUpdate], changes: [ModuleChange]) {
    var updates: [ModuleUpdate] = []
    var changes: [ModuleChange] = []
    for (module, parts) in modules {
      do throws(AdapterError) {
        let reader = KindReader(module: module, parts: parts, file: file)
        switch try reader.kind() {
        case .tucker: updates.append(try reader.tuckerUpdate())
        case .hadamard: changes.append(try reader.hadamard())
        case .kronecker: changes.append(try reader.kronecker())
        case .factors: changes.append(try reader.factors())
        case .rotation: changes.append(try reader.rotation())
        case .products: changes.append(try reader.products())
        }
      } catch {
        errors.append(error)
      }
    }
    return (updates, changes + single())
  }

  private func single() -> [ModuleChange] {
    var alphas = idleAlphas
    return singles.map { part, module, tensor in
      let names = [tensor.name] + (alphas.removeValue(forKey: module).map { [$0] } ?? [])
      return ModuleChange(
        module: module, parameter: part.parameter,
        form: part == .value || part == .scale ? .value(tensor.tensor) : .difference(tensor.tensor),
        tensorNames: names, openQuestions: [.ofName(module)])
    }
  }
}

extension ModuleUpdate.OpenQuestion {
  /// What is open about a name of a kohya or diffusers file.
  static func ofName(_ module: String) -> Self {
    module.contains(".") ? .pipelinePart : .underscoredName
  }
}
