import Kernels
import Tensors
import Testing
import TestSupport

/// forward(x; W, adapter) = forward(x; merged W), for every kind of layer, type and form.
///
/// The left side is computed here in f64 from the factors, the way a layer applies them: through x,
/// never through a delta. Scale ≠ 1, rank > 1, x ≠ 0; square layers included, where a transposition
/// mistaken for its opposite does not show in a shape.
struct ForwardLawTests {
  static let forms = Form.allCases
  static let cases: [LayerCase] = LayerKind.allCases.flatMap { kind in
    LayerScaling.allCases.flatMap { scaling in
      [DType.f64, .f32, .f16, .bf16].compactMap { type in
        kind.allows(scaling) ? LayerCase(kind: kind, scaling: scaling, type: type) : nil
      }
    }
  }

  @Test(arguments: cases)
  func `the adapter's forward is the merged layer's forward`(_ layer: LayerCase) throws {
    for form in Self.forms {
      try ScratchFolder.with { scratch in
        let model = try LayerModel(layer, seed: 7, in: scratch)
        let merged = try model.merge(form: form, in: scratch)
        for name in model.layerNames {
          let complaint = try model.complaint(merged: merged, layer: name)
          #expect(complaint == nil, "\(layer) \(form) \(name): \(complaint ?? "")")
        }
        #expect(merged["other"] == model.other, "what is not adapted is copied")
      }
    }
  }
}

/// How a base reaches the merge.
enum Form: CaseIterable {
  case file
  case sharded
  case gzip
  case stream
}

/// What surrounds a pair.
enum LayerScaling: CaseIterable {
  case plain
  case rankStabilized
  case patterns
  case magnitudes
}

struct LayerCase: CustomTestStringConvertible, Sendable {
  let kind: LayerKind
  let scaling: LayerScaling
  let type: DType

  var testDescription: String { "\(kind) \(scaling) \(type.rawValue)" }
}
