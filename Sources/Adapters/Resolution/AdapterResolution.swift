import Containers
import JSON
import Models
import Tensors

extension Adapter {
  /// Whether something about it is open until a base is there.
  package var needsBase: Bool {
    updates.contains { !$0.openQuestions.isEmpty } || changes.contains { !$0.openQuestions.isEmpty }
  }

  /// The adapter with everything settled that its dialect left to the base.
  ///
  /// | open                | settled by                                                          |
  /// |---------------------|---------------------------------------------------------------------|
  /// | a family's naming   | the base's modules, by the rows they have in common (`PartedBase`)   |
  /// | underscored name    | the base's list of modules                                          |
  /// | part of a pipeline  | left out when the base has the module without it                    |
  /// | interleaved heads   | head counts in the base's `config.json`                             |
  /// | stacked experts     | kept when the base stacks them too, else one update for each expert |
  /// | orientation         | `fan_in_fan_out` when the base is a model of Conv1D layers          |
  ///
  /// - Parameters:
  ///   - entries: The base's tensors.
  ///   - configuration: What the base's `config.json` says, when it has one.
  /// - Returns: An adapter whose updates have no open questions.
  /// - Throws: `ErrorList` with every update whose question the base does not answer.
  package func resolved(
    against entries: [TensorEntry], configuration: ModelConfiguration?
  ) throws(ErrorList) -> Adapter {
    let names = entries.map(\.name)
    guard let base = PartedBase(entries) else {
      return try resolved(against: names, configuration: configuration)
    }
    return try placed(on: base, NameMap(names))
      .resolved(against: names, configuration: configuration)
  }

  /// The same for a base that is none of an image or video model, by its tensor names.
  package func resolved(
    against names: [String], configuration: ModelConfiguration?
  ) throws(ErrorList) -> Adapter {
    var result = self
    do throws(SettingProblem) {
      if dialect != .peft, try configuration?.isConv1D ?? false {
        result.configuration.isFanInFanOut = true
      }
    } catch {
      throw ErrorList([error])
    }
    guard needsBase else { return result }
    var resolution = AdapterResolution(file: file, names: names, model: configuration)
    result.updates = updates.flatMap { resolution.settle($0) }
    result.changes = changes.compactMap { resolution.settle($0) }
    guard resolution.errors.isEmpty else { throw ErrorList(resolution.errors) }
    return result
  }
}

/// Answers the open questions of one adapter's updates.
private struct AdapterResolution {
  let file: String
  let model: ModelConfiguration?
  private(set) var errors: [any ReportableError] = []
  private let underscored: UnderscoredNames
  private let map: NameMap

  init(file: String, names: [String], model: ModelConfiguration?) {
    self.file = file
    self.model = model
    underscored = UnderscoredNames(names)
    map = NameMap(names)
  }

  mutating func settle(_ update: ModuleUpdate) -> [ModuleUpdate] {
    var settled = update
    settled.openQuestions = []
    do throws(AdapterError) {
      for question in update.openQuestions {
        switch question {
        case .underscoredName: settled.module = try dotted(update.module, update.name)
        case .pipelinePart: settled.module = withoutPart(update.module)
        case .interleavedHeads(let kind):
          settled.pair = try HeadOrder.restored(update, kind, by: model, file: file)
        case .stackedExperts:
          if map.base(for: update.module + ".weight") == nil {
            return try ExpertUnstacking.updates(of: settled, in: map, file: file)
          }
        }
      }
      return [settled]
    } catch {
      errors.append(error)
      return []
    }
  }

  /// The change under the module's name in the base.
  mutating func settle(_ change: ModuleChange) -> ModuleChange? {
    var settled = change
    settled.openQuestions = []
    do throws(AdapterError) {
      settled.module =
        change.openQuestions.contains(.underscoredName)
        ? try dotted(change.module, change.name) : withoutPart(change.module)
      return settled
    } catch {
      errors.append(error)
      return nil
    }
  }

  private func dotted(
    _ module: String, _ tensor: String
  ) throws(AdapterError) -> String {
    let found = underscored.modules(called: module)
    if found.count == 1 { return found[0] }
    guard found.isEmpty else {
      throw .tensor(
        file: file, name: tensor,
        problem: "the name can mean several modules of the base: "
          + found.map { "\"\(escaped($0))\"" }.joined(separator: ", ")
          + "; convert the adapter with the tool that wrote it")
    }
    throw .unmatched(
      file: file, name: tensor,
      expected: "module that is spelled \"\(escaped(module))\" with underscores",
      nearest: underscored.nearest(to: module))
  }

  private func withoutPart(_ module: String) -> String {
    guard map.base(for: module + ".weight") == nil,
      let part = KohyaName.pipelineParts.first(where: module.hasPrefix)
    else { return module }
    return String(module.dropFirst(part.count))
  }
}
