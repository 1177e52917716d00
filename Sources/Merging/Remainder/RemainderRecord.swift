import Adapters
import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// What a remainder belongs to, as its `__metadata__` says under `lora.remainder`.
///
/// As JSON, in this order, what is not known left out:
///
///     {"version": 1,
///      "base": "32 hex digits",      the fingerprint of the whole checkpoint before the merge
///      "merged": "32 hex digits",    and after it
///      "adapters": [{"path": "…", "fingerprint": "…", "weight": 1.0}, …],
///      "tensors": {"NAME": {"base": "32 hex digits", "merged": "32 hex digits"}, …}}
///
/// Beside it the file has, for each tensor that the merge changed, one of dtype U8 of the same name:
/// the number of chunks of 1 MiB in that tensor as u32, the bytes of each chunk's code as u32, and
/// the codes one after another (`Kernels.Remainder`). All numbers are little-endian.
struct RemainderRecord: Sendable, Equatable {
  /// One tensor before and after.
  struct Digests: Sendable, Equatable {
    let base: Fingerprint
    let merged: Fingerprint
  }

  var base: Fingerprint?
  var merged: Fingerprint?
  var adapters: [RecordedAdapter]
  var tensors: OrderedDictionary<ExactString, Digests>

  init(
    base: Fingerprint?, merged: Fingerprint?, adapters: [RecordedAdapter],
    tensors: OrderedDictionary<ExactString, Digests>
  ) {
    self.base = base
    self.merged = merged
    self.adapters = adapters
    self.tensors = tensors
  }

  /// The record in a file's metadata.
  ///
  /// - Throws: `AdapterError.mismatch` when there is none that can be read.
  init(metadata: OrderedDictionary<String, String>?, file: String) throws(AdapterError) {
    guard let text = metadata?[MetadataKey.remainder] else {
      throw .mismatch(
        file: file, problem: "is no remainder: it has no metadata \"\(MetadataKey.remainder)\"")
    }
    guard let value = try? JSONValue(parsing: text), value["version"]?.int == 1,
      let adapters = value["adapters"]?.array, case .object(let tensors)? = value["tensors"]
    else { throw Self.unreadable(file) }
    base = value["base"]?.string.flatMap(Fingerprint.init)
    merged = value["merged"]?.string.flatMap(Fingerprint.init)
    self.adapters = []
    for adapter in adapters {
      guard let adapter = RecordedAdapter(adapter) else { throw Self.unreadable(file) }
      self.adapters.append(adapter)
    }
    self.tensors = [:]
    for (name, digests) in tensors {
      guard let base = digests["base"]?.string.flatMap(Fingerprint.init),
        let merged = digests["merged"]?.string.flatMap(Fingerprint.init)
      else { throw Self.unreadable(file) }
      self.tensors[name] = Digests(base: base, merged: merged)
    }
  }

  private static func unreadable(_ file: String) -> AdapterError {
    .mismatch(
      file: file,
      problem: "metadata \"\(MetadataKey.remainder)\" cannot be read; "
        + "a newer version of lora may have written it")
  }

  var text: String {
    var members: [(String, JSONValue)] = [("version", 1)]
    if let base { members.append(("base", .string(base.description))) }
    if let merged { members.append(("merged", .string(merged.description))) }
    members.append(("adapters", .array(adapters.map(\.json))))
    let tensors = tensors.map { name, digests in
      (
        name.text,
        JSONValue(members: [
          ("base", .string(digests.base.description)),
          ("merged", .string(digests.merged.description)),
        ])
      )
    }
    members.append(("tensors", JSONValue(members: tensors)))
    return JSONValue(members: members).compactText
  }
}
