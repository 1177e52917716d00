import JSON

/// Why a GGUF file is refused; one case per refusal.
package enum GGUFProblem: Equatable, Sendable, CustomStringConvertible {
  case notGGUF
  case bigEndian
  case version(UInt32)
  /// The header goes on behind the end of the file.
  case cutShort(size: Int)
  case tooMany(what: String, count: UInt64)
  case textTooLong(UInt64)
  case notUTF8
  case emptyName
  case duplicateKey(String)
  case duplicateTensor
  case unknownValueType(UInt32)
  case nestedTooDeep
  case alignment(UInt64)
  // One tensor.
  case dimensionCount(UInt32)
  case sizeOverflow
  case quantized(String)
  case unknownTensorType(UInt32)
  case offset(expected: Int, found: UInt64)
  case dataTooShort(needed: Int, size: Int)
  case dataTooLong(needed: Int, size: Int)

  package var description: String {
    switch self {
    case .notGGUF: "does not begin with GGUF; it is another file"
    case .bigEndian: "is written big-endian; write it little-endian"
    case .version(let version): "is GGUF version \(version), and 2 and 3 are read; convert it anew"
    case .cutShort(let size):
      "the header goes on behind the end of the file, \(size) bytes; it is cut short or damaged: "
        + "fetch it again"
    case .tooMany(let what, let count):
      "the header announces \(count) \(what), more than the file has room for; it is damaged"
    case .textTooLong(let count): "a text has \(count) bytes, too many to be real; it is damaged"
    case .notUTF8: "a text is not UTF-8; the file is damaged"
    case .emptyName: "a name is empty; write the file anew"
    case .duplicateKey(let key):
      "the key \"\(escapedKey(key))\" is there twice; write the file anew"
    case .unknownValueType(let type): "a value has the unknown type \(type); the file is damaged"
    case .nestedTooDeep: "arrays lie inside each other too deep; the file is damaged"
    case .alignment(let value):
      "general.alignment is \(value), and must be a power of two from 8 to 65536; write it anew"
    default: tensorText
    }
  }

  private var tensorText: String {
    switch self {
    case .duplicateTensor: "the name is there twice; which tensor is meant is unclear"
    case .dimensionCount(let count): "has \(count) dimensions, and must have 1 to 4"
    case .sizeOverflow: "shape times type does not fit in 63 bits; the file is damaged"
    case .quantized(let type):
      "is quantised (\(type)); adapters are read in F32, F16, BF16 and F64: convert it anew with "
        + "--outtype f32"
    case .unknownTensorType(let type): "has the unknown type \(type); the file is damaged"
    case .offset(let expected, let found):
      "begins at data byte \(found), expected \(expected), where the tensor before it ends; "
        + "the file is damaged"
    case .dataTooShort(let needed, let size):
      "needs the file to have \(needed) bytes, and it has \(size); it is cut short: fetch it again"
    case .dataTooLong(let needed, let size):
      "the tensors end at byte \(needed), and the file has \(size) bytes; what follows belongs to "
        + "no tensor"
    default: "the file is damaged"
    }
  }
}
