import Adapters
import Tensors

/// PEFT builds its layers from the settings; tensors of other modules it drops in silence.
extension MergePlan {
  /// Refuses the update of a module that the settings do not mean.
  func checkTargets(_ update: ModuleUpdate, of adapter: Adapter) throws(AdapterError) {
    guard !update.kind.isParameter, let targets = adapter.configuration.targets else { return }
    let baseName = base.find(update.module + ".weight")?.name.dropLast(".weight".count)
    for stated in update.statedModules {
      let names = [stated] + (baseName.map { [String($0)] } ?? [])
      let problem: String?
      do throws(PatternError) {
        problem = try reason(against: names, of: adapter, targets)
      } catch {
        throw .pattern(file: adapter.file, setting: "target_modules", pattern: "", error: error)
      }
      guard let problem else { continue }
      throw .tensor(
        file: adapter.file, name: update.name,
        problem: "\(problem) the module \"\(escaped(stated))\"; correct the configuration")
    }
  }

  /// Why PEFT would have no layer for the module of these names; nil when it has.
  private func reason(
    against names: [String], of adapter: Adapter, _ targets: ModuleSelection
  ) throws(PatternError) -> String? {
    let settings = adapter.configuration
    for name in names where try settings.excluded?.contains(name) ?? false {
      return "exclude_modules names"
    }
    for name in names {
      let isNamed = try targets.contains(name)
      let isTied = try isTiedToTarget(name, of: adapter, targets)
      guard isNamed || isTied else { continue }
      guard let layers = settings.layers, case .names(let list) = targets, !list.contains(name)
      else { return nil }
      for name in names where try layers.contains(name) { return nil }
      return "layers_to_transform leaves out"
    }
    return "target_modules does not name"
  }
}
