import Containers
import Tensors

extension AuditFinding {
  /// The answer in one sentence, which begins with a verb: the file is its subject.
  package var sentence: String {
    switch answer {
    case .holds: "holds \(names): \(of(holding)) \(isOrAre(holding)) \(howExact)\(silentNote)"
    case .undecided: undecidedSentence
    case .doesNotHold: wrongSentence + otherNote
    }
  }

  private var names: String {
    adapters.map { adapter in
      escaped(adapter.adapter.file) + (adapter.weight == 1 ? "" : "@\(adapter.weight)")
    }.joined(separator: " and ")
  }

  /// Modules that have something to say.
  private var told: [AuditedModule] { modules.filter { !$0.verdict.isSilent } }

  private func of(_ some: [AuditedModule]) -> String {
    let all = modules.count
    return some.count == all
      ? all == 1 ? "its module" : "all \(all) modules" : "\(some.count) of \(all) modules"
  }

  private func isOrAre(_ some: [AuditedModule]) -> String { some.count == 1 ? "is" : "are" }

  private func count(_ verdict: AuditedModule.Verdict) -> Int {
    modules.count { $0.verdict == verdict }
  }

  // MARK: Holds

  private var howExact: String {
    let rounded = holding.filter { $0.verdict == .withinRounding }
    guard !rounded.isEmpty else { return "exact, to the last bit" }
    let ways = Set(rounded.compactMap(\.detail)).sorted()
    let way = ways.count == 1 ? ": \(ways[0])" : ""
    return rounded.count == holding.count
      ? "within rounding\(way)"
      : "exact, or within rounding in \(rounded.count)\(way)"
  }

  private var silentNote: String {
    let lost = count(.belowRounding)
    return lost > 0 ? "; in \(lost) the update is below rounding" : ""
  }

  // MARK: Cannot be told

  private var undecidedSentence: String {
    let coded = modules.filter { $0.verdict == .correlated || $0.verdict == .undecided }
    if !coded.isEmpty {
      let factors = coded.compactMap { module in module.factors.first.flatMap { $0 } }.sorted()
      let middle =
        factors.isEmpty ? "" : ", at \(rounded(factors[factors.count / 2])) of its weight"
      return count(.correlated) > 0
        ? "seems to hold \(names): the weights were rounded to codes after the merge, and change "
          + "along with the update\(middle); bit by bit it cannot be told"
        : "cannot be told to hold \(names): " + (coded[0].detail ?? "the weights are in codes")
    }
    if let adapter = unheard.first, !holding.isEmpty {
      return "cannot be told to hold \(escaped(adapters[adapter].adapter.file)): the others are in "
        + "it, and with or without this one the bits would be the same"
    }
    return count(.belowRounding) > 0
      ? "cannot be told to hold \(names): the update is below the rounding of the weights, and with "
        + "or without it the bits are the same"
      : "cannot be told to hold \(names): it adds nothing, as its lora_B are zero"
  }

  // MARK: Does not hold

  private var wrongSentence: String {
    isOtherBase ?? missingWeights ?? notApplied ?? sameEverywhere ?? inPart ?? changedAsWell
      ?? mixture
  }

  private var changedModules: [AuditedModule] {
    wrong.filter { $0.verdict == .changedOtherwise || $0.verdict == .changedAlso }
  }

  /// Everything differs, and not by the adapters.
  private var isOtherBase: String? {
    let changed = faults.reduce(0) { $0 + ($1.differingCount ?? 0) }
    guard holding.isEmpty, changedModules.count * 2 > told.count, changed >= equalElements else {
      return nil
    }
    return
      "is no merge of \(names) into this base: \(changedModules.count) of \(told.count) modules "
      + "differ by something else; it was made from another base, or trained on"
  }

  private var missingWeights: String? {
    let missing = modules.filter { $0.verdict == .missing || $0.verdict == .otherForm }
    guard let first = missing.first else { return nil }
    return "does not hold \(names): \(of(missing)) \(isOrAre(missing)) missing or of another form, "
      + "the first is \(escaped(first.name))"
  }

  private var notApplied: String? {
    guard count(.notApplied) == told.count, !told.isEmpty else { return nil }
    return "does not hold \(names): \(of(told)) \(isOrAre(told)) as in the base"
  }

  /// All modules tell the same, and it is not what was claimed.
  private var sameEverywhere: String? {
    guard holding.isEmpty, let first = wrong.first,
      wrong.allSatisfy({ $0.verdict == first.verdict })
    else { return nil }
    switch first.verdict {
    // Where rounding in between does not show, once at twice the weight is the same.
    case .twice:
      let cause = first.cause.map { " (\($0))" } ?? ""
      return "holds \(names) twice, or once at twice its weight\(cause), in \(of(wrong))"
    case .otherWeight:
      guard adapters.count == 1 else { return otherWeights }
      let factors = wrong.compactMap { $0.factors.first.flatMap { $0 } }
      guard let least = factors.min(), let most = factors.max(),
        abs(most - least) <= 0.02 * max(abs(most), abs(least))
      else {
        return "holds \(names) at other weights, \(rounded(factors.min() ?? 0)) to "
          + "\(rounded(factors.max() ?? 0)) times what it says, in \(of(wrong))"
      }
      let middle = factors.sorted()[factors.count / 2]
      let cause = first.cause.map { ": \($0)" } ?? ""
      return "holds \(names) at \(rounded(middle)) times its weight, in \(of(wrong))\(cause)"
    case .transposed:
      return "holds \(names) transposed, in \(of(wrong)): fan_in_fan_out was taken the other way"
    default: return nil
    }
  }

  private var otherWeights: String? {
    let found = adapters.indices.map { adapter -> String in
      let factors = wrong.compactMap { module in
        module.factors.indices.contains(adapter) ? module.factors[adapter] : nil
      }.sorted()
      let middle = factors.isEmpty ? nil : factors[factors.count / 2]
      let name = escaped(adapters[adapter].adapter.file)
      guard let middle else { return "\(name) not seen" }
      return middle == 0
        ? "\(name) left out"
        : middle == 1 ? "\(name) as given" : "\(name) at \(rounded(middle)) times its weight"
    }
    return "does not hold \(names) as claimed: \(found.joined(separator: ", "))"
  }

  private var inPart: String? {
    let kinds: Set<AuditedModule.Verdict> = [.notApplied, .partly, .transposed]
    guard !wrong.isEmpty, wrong.allSatisfy({ kinds.contains($0.verdict) }) else { return nil }
    var parts: [String] = []
    let missing = wrong.filter { $0.verdict == .notApplied }
    if let first = missing.first {
      parts.append("not in \(missing.count) of \(modules.count) modules, as \(escaped(first.name))")
    }
    let partly = wrong.filter { $0.verdict == .partly }
    if let first = partly.first {
      parts.append(
        "partly in \(partly.count), as \(escaped(first.name)) (\(first.detail ?? "some rows"))")
    }
    let turned = wrong.filter { $0.verdict == .transposed }
    if let first = turned.first {
      parts.append("transposed in \(turned.count), as \(escaped(first.name))")
    }
    return "holds \(names) in part: \(parts.joined(separator: ", "))"
  }

  private var changedAsWell: String? {
    guard !wrong.isEmpty, wrong.allSatisfy({ $0.verdict == .changedAlso }), let first = wrong.first
    else { return nil }
    let others = holding.isEmpty ? "" : ", \(holding.count) hold it"
    return "holds \(names), and something else as well: \(of(wrong)) differ beyond rounding, "
      + "as \(escaped(first.name))\(others)"
  }

  private var mixture: String {
    guard !wrong.isEmpty else { return "holds \(names)" }
    let counts = AuditedModule.Verdict.allCases.compactMap { verdict in
      let count = count(verdict)
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return "does not hold \(names) as claimed: of \(modules.count) modules "
      + counts.joined(separator: ", ")
  }

  private var otherNote: String {
    guard let first = faults.first else { return "" }
    let count = faults.count
    return
      "; \(count == 1 ? "another tensor is" : "\(count) other tensors are") not as in the base, "
      + (count == 1 ? "" : "the first is ") + escaped(first.name)
      + (count == 1 ? " (\(first.verdict.rawValue))" : "")
  }

  private func rounded(_ factor: Double) -> String {
    let digits = (factor * 1000).rounded() / 1000
    return digits == digits.rounded() ? "\(Int(digits))" : "\(digits)"
  }
}
