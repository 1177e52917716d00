import Adapters
import Containers
import Tensors

/// Which elements of a tensor DARE keeps.
package enum DropMask {
  /// What is masked.
  package struct Place: Hashable, Sendable {
    /// The part of a module.
    package enum Part: String, Sendable {
      case down = "lora_A"
      case up = "lora_B"
      /// One matrix of the module's delta.
      case delta
    }

    package let module: String
    package let part: Part
    /// The adapter's position.
    package let adapter: Int
  }

  /// A mask for each tensor that is asked for.
  package typealias Source = @Sendable (Place, _ count: Int) throws(AdapterError) -> [Bool]

  /// Masks from a file, drawn elsewhere: tensors `MODULE.lora_A.NAME`, `MODULE.lora_B.NAME` and, of
  /// deltas, `MODULE.delta.NAME`, one byte an element, 0 for what is dropped.
  ///
  /// - Parameters:
  ///   - file: The masks.
  ///   - names: What the adapters are called in it, in their order.
  /// - Returns: A source that throws `AdapterError.tensor` for a mask that is missing or of another
  ///   size.
  /// - Throws: `ContainerError` for a file that cannot be read.
  package static func source(
    from file: TensorFile, names: [String]
  ) throws(ContainerError) -> Source {
    var masks: [ExactString: [UInt8]] = [:]
    for (entry, tensor) in try file.tensors() where entry.type == .u8 || entry.type == .bool {
      masks[ExactString(entry.name)] = tensor.bytes
    }
    let (path, found) = (file.path, masks)
    return { (place, count) throws(AdapterError) in
      let name = "\(place.module).\(place.part.rawValue).\(names[place.adapter])"
      guard let mask = found[ExactString(name)], mask.count == count else {
        throw .tensor(
          file: path, name: name,
          problem: "expected a U8 or BOOL mask of \(count) elements, found "
            + (found[ExactString(name)].map { "\($0.count)" } ?? "none"))
      }
      return mask.map { $0 != 0 }
    }
  }

  /// Each element is kept with the probability `density`, independently.
  static func drawn(count: Int, density: Double, _ generator: inout Generator) -> [Bool] {
    (0..<count).map { _ in generator.uniform() < density }
  }
}
