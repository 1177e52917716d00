/// What the files of a folder's weights are called.
///
/// | library                          | one file                              | index                                          |
/// |----------------------------------|---------------------------------------|------------------------------------------------|
/// | transformers                     | `model.safetensors`                   | `model.safetensors.index.json`                 |
/// | diffusers                        | `diffusion_pytorch_model.safetensors` | `diffusion_pytorch_model.safetensors.index.json` |
/// | either, in a variant as `fp16`   | `model.fp16.safetensors`              | `model.safetensors.index.fp16.json`            |
///
/// Shards are `STEM-00001-of-00003.safetensors`, in a variant `STEM.fp16-00001-of-00003.safetensors`.
///
/// Sources: <https://huggingface.co/docs/transformers/big_models>, `_add_variant` in
/// <https://github.com/huggingface/diffusers/blob/main/src/diffusers/models/model_loading_utils.py>
package struct WeightNames: Equatable, Sendable {
  package let stem: String
  package let variant: String?

  /// transformers' own.
  package static let standard = Self(stem: "model", variant: nil)
  /// Those that a library reads when nobody asks for a variant, in the order in which they are looked
  /// for.
  static let plain = [standard, Self(stem: "diffusion_pytorch_model", variant: nil)]

  init(stem: String, variant: String?) {
    (self.stem, self.variant) = (stem, variant)
  }

  /// The names whose index is called `index`; nil for a name that no index has.
  package init?(index: String) {
    guard index.hasSuffix(".json"), let place = index.firstRange(of: ".safetensors.index.") else {
      return nil
    }
    let variant = index[place.upperBound...].dropLast("json".count)
    guard place.lowerBound > index.startIndex, !variant.dropLast().contains(".") else { return nil }
    stem = String(index[..<place.lowerBound])
    self.variant = variant.isEmpty ? nil : String(variant.dropLast())
  }

  /// The names that go with one file of this name: a library's own, or else transformers'.
  init(single: String) {
    self = Self.plain.first { single == $0.single } ?? .standard
  }

  /// The name of the one file of weights.
  package var single: String { whole + ".safetensors" }

  /// The name of the index.
  package var index: String {
    stem + ".safetensors.index." + (variant.map { $0 + "." } ?? "") + "json"
  }

  /// The name of one shard of several, counted from 1.
  package func shard(_ number: Int, of count: Int) -> String {
    whole + "-\(Self.padded(number))-of-\(Self.padded(count)).safetensors"
  }

  private var whole: String { stem + (variant.map { "." + $0 } ?? "") }

  /// Whether a file's name says that it is one shard of several.
  package static func isShard(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).suffix(3)
    guard parts.count == 3, parts[parts.startIndex + 1] == "of", let last = parts.last else {
      return false
    }
    return isNumber(parts[parts.startIndex]) && isNumber(last.prefix { $0 != "." })
      && last.hasSuffix(".safetensors")
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
