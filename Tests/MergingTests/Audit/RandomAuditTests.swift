import Kernels
import Merging
import Tensors
import Testing
import TestSupport

/// What is done to a random base in one trial.
private enum Deed: CaseIterable {
  case right
  case rightAndSmall
  case otherWeight
  case twice
  case missing
  case partly
  case transposed
  case oneElement
  case otherBase
}

/// Random bases, adapters, tools and mistakes: no verdict may be false.
struct RandomAuditTests {
  @Test(arguments: 0..<10)
  func `of a hundred random merges, right and wrong, no verdict is false`(_ group: Int) throws {
    try ScratchFolder.with { scratch in
      for number in 0..<100 {
        var trial = Trial(seed: UInt64(group * 100 + number))
        let complaint = try trial.complaint(in: scratch)
        #expect(complaint == nil, "seed \(trial.seed): \(complaint ?? "")")
      }
    }
  }

  private struct Trial {
    let seed: UInt64
    private var generator: Generator
    private let deed: Deed

    init(seed: UInt64) {
      self.seed = seed
      generator = Generator(seed: seed &* 7919 &+ 1)
      deed = Deed.allCases[generator.next(below: Deed.allCases.count)]
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
      values[generator.next(below: values.count)]
    }

    private mutating func tool(_ result: FloatFormat) -> OtherTool {
      guard result != .f32 else { return OtherTool(isBackwards: pick([true, false])) }
      return pick([
        OtherTool(isBackwards: pick([true, false])),
        OtherTool(held: result, delta: result),
        OtherTool(held: result, product: result, delta: result),
        OtherTool(held: result, factors: result, product: result, delta: result),
      ])
    }

    mutating func complaint(in scratch: ScratchFolder) throws -> String? {
      let type = pick([FloatFormat.f32, .bf16, .f16])
      let result = pick([type, type, .bf16])
      let side = 16 + generator.next(below: 40)
      let other = deed == .transposed ? side : 16 + generator.next(below: 40)
      let size =
        deed == .rightAndSmall ? pick([1e-9, 1e-4, 1e-2]) : pick([0.1, 0.3, 1])
      let ground = AuditGround(
        in: scratch, seed: generator.next(), type: type, shapes: [[side, other], [other, side]],
        rank: 1 + generator.next(below: 6), size: size, weight: pick([1, 1, 0.5, 0.7]))
      let tool = tool(result)
      let factor = pick([0.25, 3, 1.3, -1, 8, 0.37])
      var merged = ground.merged(by: tool, as: result) { module, parts in
        bent(parts, module, factor)
      }
      if deed == .partly { merged[0].tensor = halved(ground, merged[0].tensor, result) }
      if deed == .oneElement { merged[1].tensor = broken(merged[1].tensor, result) }
      if deed == .otherBase { merged = onAnotherBase(ground, tool, result) }
      let finding = try ground.audit(merged)
      return complaint(finding, factor, ground, merged)
    }

    private func bent(
      _ parts: [OtherTool.Part], _ module: Int, _ factor: Double
    ) -> [OtherTool.Part] {
      switch deed {
      case .otherWeight:
        return parts.map { part in
          var part = part
          part.scaling *= factor
          return part
        }
      case .twice: return parts + parts
      case .missing where module == 0: return []
      case .transposed:
        return parts.map { part in
          var turned = part
          (turned.down, turned.up) = (part.up.transposed(), part.down.transposed())
          return turned
        }
      default: return parts
      }
    }

    /// The lower half of the rows as in the base.
    private func halved(
      _ ground: AuditGround, _ merged: Tensor, _ format: FloatFormat
    ) -> Tensor {
      let base = ground.weights[0].tensor.converted(to: format)
      let size = base.bytes.count / base.shape[0] * (base.shape[0] / 2)
      return Tensor(
        type: merged.type, shape: merged.shape,
        bytes: Array(merged.bytes[..<size]) + Array(base.bytes[size...]))
    }

    private mutating func broken(_ merged: Tensor, _ format: FloatFormat) -> Tensor {
      var values = merged.floats ?? []
      let index = generator.next(below: values.count)
      values[index] += 4
      return Tensor(values, shape: merged.shape).converted(to: format)
    }

    private mutating func onAnotherBase(
      _ ground: AuditGround, _ tool: OtherTool, _ format: FloatFormat
    ) -> [(name: String, tensor: Tensor)] {
      var other = ground
      for index in other.weights.indices {
        let tensor = other.weights[index].tensor
        other.weights[index].tensor = other.random(tensor.shape, 1)
      }
      return other.merged(by: tool, as: format)
    }

    private func complaint(
      _ finding: AuditFinding, _ factor: Double, _ ground: AuditGround,
      _ merged: [(name: String, tensor: Tensor)]
    ) -> String? {
      let verdicts = finding.modules.map(\.verdict)
      let factors = finding.modules.compactMap { $0.factors.first.flatMap { $0 } }
      let isUnmoved = zip(ground.weights, merged).allSatisfy { before, after in
        before.tensor.converted(to: after.tensor.type.floatFormat ?? .f32).floats
          == after.tensor.floats
      }
      let isRight =
        switch deed {
        case .right: verdicts.allSatisfy(\.holds) && finding.answer == .holds
        case .rightAndSmall:
          isUnmoved
            ? finding.answer == .undecided
            : finding.answer == .holds && verdicts.allSatisfy { $0.holds || $0 == .belowRounding }
        case .otherWeight:
          verdicts == [.otherWeight, .otherWeight] && factors.count == 2
            && factors.allSatisfy { abs($0 - factor) < 0.02 * abs(factor) }
        case .twice: verdicts == [.twice, .twice]
        case .missing: verdicts[0] == .notApplied && verdicts[1].holds
        case .partly: verdicts[0] == .partly && verdicts[1].holds
        case .transposed: verdicts == [.transposed, .transposed]
        case .oneElement:
          verdicts[0].holds && verdicts[1] == .changedAlso
            && finding.modules[1].misfitCount == 1
        case .otherBase:
          verdicts.allSatisfy { $0 == .changedAlso || $0 == .changedOtherwise }
        }
      guard !isRight || (finding.answer == .doesNotHold) == [.right, .rightAndSmall].contains(deed)
      else { return nil }
      return "\(deed) at \(factor): \(verdicts), \(factors): \(finding.sentence)"
    }
  }
}
