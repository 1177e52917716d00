import JSON
import Models
import Tensors

/// The adapters that lay on the base, folded into it, when an adapter was trained.
///
/// `lora train --adapter` writes them into the adapter's metadata under `lora.trained_on`, in their
/// order: `[{"path": "…", "fingerprint": "32 hex digits", "weight": 1.0}, …]`. Such an adapter is a
/// change to the base with these on it, and means nothing without them.
package struct UnderlyingAdapters: Sendable, Equatable {
  package let adapters: [RecordedAdapter]

  package init(_ adapters: [WeightedAdapter]) {
    self.adapters = adapters.map(RecordedAdapter.init)
  }

  /// Those of `adapter`; empty when it was trained on its base alone.
  ///
  /// - Throws: `AdapterError.mismatch` for a record that cannot be read.
  package init(of adapter: Adapter) throws(AdapterError) {
    guard let text = adapter.metadata[MetadataKey.trainedOn] else {
      adapters = []
      return
    }
    let list = (try? JSONValue(parsing: text))?.array
    let read = list?.compactMap { RecordedAdapter($0) }
    guard let list, let read, read.count == list.count else {
      throw .mismatch(
        file: adapter.file,
        problem: "metadata \"\(MetadataKey.trainedOn)\" cannot be read; a newer version of lora "
          + "may have written it")
    }
    adapters = read
  }

  /// The JSON text; nil when there is nothing to say.
  package var text: String? {
    adapters.isEmpty ? nil : JSONValue.array(adapters.map(\.json)).compactText
  }
}

/// Refuses an adapter without those that it was trained on top of.
package struct UnderlyingAdaptersGuard {
  /// What the adapters go on, for messages.
  private let file: String
  /// What is merged into it already.
  private let merged: [RecordedAdapter]
  private let isIgnored: Bool

  package init(onto file: String, merged: [RecordedAdapter], isIgnored: Bool) {
    (self.file, self.merged, self.isIgnored) = (file, merged, isIgnored)
  }

  /// Checks adapters that are added one after the other.
  ///
  /// - Throws: `AdapterError.mismatch` naming the first that lacks what it was trained on top of: not
  ///   merged before, not in front of it, or with another weight.
  package func check(_ adapters: [WeightedAdapter]) throws(AdapterError) {
    guard !isIgnored else { return }
    var present = merged
    for weighted in adapters {
      for wanted in try UnderlyingAdapters(of: weighted.adapter).adapters {
        guard let found = present.first(where: { $0.fingerprint == wanted.fingerprint }) else {
          throw missing(wanted, under: weighted.adapter)
        }
        guard found.weight == wanted.weight else {
          throw .mismatch(
            file: weighted.adapter.file,
            problem: "was trained on top of \(escaped(wanted.path)) with weight \(wanted.weight), "
              + "here its weight is \(found.weight); give it the same, or go on with --any-base")
        }
      }
      present.append(RecordedAdapter(weighted))
    }
  }

  private func missing(
    _ wanted: RecordedAdapter, under adapter: Adapter
  ) -> AdapterError {
    .mismatch(
      file: adapter.file,
      problem: "was trained on top of the adapter \(escaped(wanted.path)) (fingerprint "
        + "\(wanted.fingerprint)), which is not on \(escaped(file)); give it before this one, or go "
        + "on with --any-base")
  }
}
