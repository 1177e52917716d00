import OrderedCollections
import Tensors

/// Writes single files as diffusers and ComfyUI's trainers have them: PEFT's factors, dotted names.
///
/// | for       | factors                              | scaling                | DoRA                      |
/// |-----------|--------------------------------------|------------------------|---------------------------|
/// | diffusers | `X.lora_A.weight`, `X.lora_B.weight` | in B: alpha is the rank | `X.lora_magnitude_vector` |
/// | ComfyUI   | the same                             | `X.alpha`, if not 1    | `X.dora_scale`            |
struct PipelineWriter {
  private let conversion: AdapterConversion
  private let isDiffusers: Bool

  /// - Parameters:
  ///   - conversion: Of an adapter whose modules have the program's names.
  ///   - isDiffusers: Whether for diffusers; else for ComfyUI.
  init(_ conversion: AdapterConversion, isDiffusers: Bool) {
    (self.conversion, self.isDiffusers) = (conversion, isDiffusers)
  }

  func converted() throws(ErrorList) -> ConvertedAdapter {
    let dialect = isDiffusers ? AdapterDialect.diffusers : .comfy
    let errors = conversion.refusals(in: dialect) { update in
      update.kind == .embedding ? "an embedding has no form in \(dialect.displayName)" : nil
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    let scaled = conversion.adapter.updates.map { update in
      ScaledUpdate(update, stated: isDiffusers ? 1 : KohyaWriter.stated(update))
    }
    var metadata = conversion.metadata
    metadata["format"] = "pt"
    return ConvertedAdapter(
      form: .kohya, tensors: scaled.flatMap(named), metadata: metadata,
      modules: scaled.map(\.report), isUntouched: false)
  }

  private func named(_ part: ScaledUpdate) -> [(name: String, tensor: Tensor)] {
    let module = part.update.module
    var result = [
      (name: module + ".lora_A.weight", tensor: part.down),
      (module + ".lora_B.weight", part.up),
    ]
    if !isDiffusers, KohyaWriter.stated(part.update) != 1 {
      let alpha = Tensor([KohyaWriter.alpha(of: part)], shape: [])
      result.insert((module + ".alpha", alpha), at: 0)
    }
    if let magnitude = part.update.magnitude {
      let name = isDiffusers ? ".lora_magnitude_vector" : ".dora_scale"
      result.append((module + name, isDiffusers ? magnitude : KohyaWriter.column(magnitude, part)))
    }
    return result
  }
}
