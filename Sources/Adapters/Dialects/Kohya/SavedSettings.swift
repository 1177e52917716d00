import JSON
import OrderedCollections
import Tensors

/// The settings that diffusers keeps in the header of an adapter without `alpha` tensors.
///
/// Since 0.34 it writes PEFT's configuration as JSON under `lora_adapter_metadata`: of a pipeline with the
/// part before each key (`transformer.lora_alpha`), of one model without. Others write `lora_alpha` (or
/// `network_alpha`) and `r` as keys of their own. Without any, alpha is the rank.
///
/// Source: <https://github.com/huggingface/diffusers/blob/main/src/diffusers/loaders/lora_base.py>
struct SavedSettings {
  static let key = "lora_adapter_metadata"
  private static let plainKeys = ["lora_alpha", "network_alpha"]
  /// All keys that state a scaling.
  static let keys = [key, "r"] + plainKeys

  /// By part of a pipeline, with its dot; `""` for a model by itself.
  private var parts: [String: AdapterConfiguration] = [:]
  private let file: String

  /// - Throws: `AdapterError` for settings that are no JSON, or not to be followed.
  init(_ metadata: OrderedDictionary<String, String>, file: String) throws(AdapterError) {
    self.file = file
    if let document = try Self.document(metadata, file: file) {
      var members: OrderedDictionary<String, [(String, JSONValue)]> = [:]
      for (key, value) in document.object ?? [:] {
        let part = KohyaName.pipelineParts.first(where: key.text.hasPrefix) ?? ""
        members[part, default: []].append((String(key.text.dropFirst(part.count)), value))
      }
      for (part, settings) in members { parts[part] = try Self.configuration(settings, file) }
    } else if let key = Self.plainKeys.first(where: { metadata[$0] != nil }) {
      guard let alpha = metadata[key].flatMap(Double.init), alpha.isFinite else {
        throw .mismatch(file: file, problem: "metadata \"\(key)\": expected a number")
      }
      parts[""] = try Self.configuration(
        [("lora_alpha", .number(alpha))]
          + (metadata["r"].flatMap { Int($0) }.map { [("r", .number($0))] } ?? []), file)
    }
  }

  /// The configuration of one model's adapter, when the file says that it is one.
  static func configuration(
    of metadata: OrderedDictionary<String, String>, file: String
  ) throws(AdapterError) -> JSONValue? {
    guard var document = try document(metadata, file: file), document["r"] != nil else {
      return nil
    }
    document["peft_type"] = "LORA"
    return document
  }

  private static func document(
    _ metadata: OrderedDictionary<String, String>, file: String
  ) throws(AdapterError) -> JSONValue? {
    guard let text = metadata[key] else { return nil }
    let value: JSONValue
    do throws(JSONFailure) {
      value = try JSONValue(parsing: Array(text.utf8), spelling: .python)
    } catch {
      throw .mismatch(
        file: file, problem: "metadata \"\(key)\": byte \(error.offset): \(error.problem)")
    }
    guard value.object != nil else {
      throw .mismatch(file: file, problem: "metadata \"\(key)\": expected an object")
    }
    return value
  }

  private static func configuration(
    _ settings: [(String, JSONValue)], _ file: String
  ) throws(AdapterError) -> AdapterConfiguration {
    var document = JSONValue(members: [("peft_type", "LORA")])
    for (name, value) in settings { document[name] = value }
    return try AdapterConfiguration(document, file: file)
  }

  /// The factor in front of the B·A of `module`, whose factors have this rank; nil when nothing is
  /// said of it.
  func scaling(of module: String, rank: Int) throws(AdapterError) -> Double? {
    let part = KohyaName.pipelineParts.first(where: module.hasPrefix) ?? ""
    guard module.contains("."), let settings = parts[part] ?? parts[""] else { return nil }
    let name = parts[part] == nil ? module : String(module.dropFirst(part.count))
    let (ranks, alpha): ([Int], Double)
    do throws(PatternError) {
      (ranks, alpha) = (try settings.ranks(for: name), try settings.alpha(for: name))
    } catch {
      throw .pattern(file: file, setting: Self.key, pattern: "", error: error)
    }
    guard settings.document["r"] == nil || ranks.contains(rank) else {
      throw .mismatch(
        file: file,
        problem: "the metadata states rank \(ranks[0]) for \"\(escaped(module))\", and its factors "
          + "have \(rank); fetch the adapter again")
    }
    return Adapters.scaling(
      alpha: alpha, rank: rank, isRankStabilized: settings.isRankStabilized)
  }
}
