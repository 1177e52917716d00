import Adapters
import Containers
import Models
import OrderedCollections
import Tensors

/// An adapter made from two checkpoints, and what it accounts for.
package struct Extraction: Sendable {
  /// In the order of the base.
  package let matrices: [ExtractedMatrix]
  /// Tensors stored whole, in the order of the base.
  package let whole: [String]
  package let leftOut: [LeftOutTensor]
  /// Tensors that are the same in both checkpoints.
  package let unchangedCount: Int
  package let baseFingerprint: Fingerprint
  private let adapter: Adapter

  /// ‖ΔW − B·A‖ / ‖ΔW‖ over all matrices together.
  package var error: Double {
    let energy = matrices.reduce(0) { $0 + $1.norm * $1.norm }
    let lost = matrices.reduce(0) { $0 + $1.norm * $1.norm * $1.error * $1.error }
    return energy > 0 ? (lost / energy).squareRoot() : 0
  }

  /// Numbers in the pairs.
  package var parameterCount: Int { matrices.reduce(0) { $0 + $1.parameterCount } }

  /// Writes the adapter as PEFT has it.
  ///
  /// - Throws: `ContainerError` for the place; nothing is left then.
  package func write(to path: String, options: OutputOptions, threads: Int) throws {
    let writer = PEFTWriter(try AdapterConversion(adapter, base: nil))
    try writer.rewritten().write(to: path, options: options, threads: threads)
  }

  init(_ extract: Extract, _ findings: Extract.Findings, baseFingerprint: Fingerprint) throws {
    let others = ExtractedOthers(findings, of: extract)
    matrices = findings.matrices
    whole = others.tensors.map(\.parameter)
    leftOut = findings.leftOut + others.leftOut
    unchangedCount = findings.unchangedCount
    self.baseFingerprint = baseFingerprint
    guard !matrices.isEmpty || !whole.isEmpty else {
      throw AdapterError.mismatch(
        file: extract.tuned.path,
        problem: "none of its \(leftOut.count) changed tensors is kept; the first is "
          + "\"\(escaped(leftOut.first?.name ?? ""))\", \(leftOut.first?.reason.rawValue ?? "")")
    }
    adapter = try Self.adapter(extract, findings.matrices, others, baseFingerprint)
  }

  private static func adapter(
    _ extract: Extract, _ matrices: [ExtractedMatrix], _ others: ExtractedOthers,
    _ fingerprint: Fingerprint
  ) throws -> Adapter {
    let document = try ExtractedConfiguration(extract.base, matrices, others).document
    let updates = matrices.map { matrix in
      ModuleUpdate(
        module: matrix.module, kind: .weight,
        pair: LowRankPair(down: matrix.down, up: matrix.up, scaling: 1), rank: matrix.rank,
        upBias: nil, magnitude: nil, tensorNames: [matrix.entry.name])
    }
    return Adapter(
      file: extract.tuned.path,
      configuration: try AdapterConfiguration(document, file: extract.tuned.path),
      updates: updates, replacements: try others.replacements(from: extract.tuned),
      metadata: [MetadataKey.baseFingerprint: fingerprint.description],
      fingerprint: Fingerprint(tensors: []))
  }
}
