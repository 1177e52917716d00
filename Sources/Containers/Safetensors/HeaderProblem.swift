import JSON

/// Why a safetensors header is refused; one case per refusal.
package enum HeaderProblem: Equatable, Sendable, CustomStringConvertible {
  // The length field.
  case tooSmall(size: Int)
  case lengthTooLarge(UInt64)
  case lengthBeyondFile(length: Int, size: Int)
  case lengthTooShort(Int)
  case interruptedInPlace
  // The text.
  case json(JSONProblem)
  case notAnObject
  // Names.
  case duplicateName
  case emptyName
  case nameTooLong(Int)
  case nulInName
  // The metadata.
  case duplicateMetadata
  case duplicateMetadataKey(String)
  case equivalentMetadataKeys(String)
  case metadataNotAnObject
  case metadataNotText(key: String)
  // One entry.
  case entryNotAnObject
  case duplicateField(String)
  case missingField(String)
  case typeNotText
  case unknownType(String)
  case shapeNotSizes
  case rankTooLarge
  case offsetsNotTwoSizes
  case numberTooLarge
  // How entries fill the data.
  case sizeOverflow
  case partialByte
  case beginAfterEnd
  case sizeMismatch(expected: Int, found: Int)
  case overlap(expected: Int, found: Int)
  case gap(expected: Int, found: Int)
  case dataTooShort(expected: Int, found: Int)
  case dataTooLong(expected: Int, found: Int)
  /// As `dataTooLong`, when nobody looked how much follows.
  case dataGoesOn(expected: Int)

  package var description: String {
    switch self {
    case .tooSmall(let size):
      "has \(size) bytes, and the smallest safetensors file has 10; it is cut short or another file"
    case .lengthTooLarge(let length):
      "the header length is \(length), more than 100000000; it is not a safetensors file or damaged"
    case .lengthBeyondFile(let length, let size):
      "the header length is \(length), and the file has \(size) bytes; it is cut short: "
        + "fetch it again"
    case .lengthTooShort(let length):
      "the header length is \(length), and the shortest header has 2 bytes; it is damaged"
    case .interruptedInPlace:
      "the header is locked by an in-place change that was interrupted (or it is damaged); "
        + "run `lora recover` on the file"
    case .json(let problem): "in the header: \(problem)"
    case .notAnObject: "the header does not begin with {; it is not a safetensors file"
    case .duplicateName, .emptyName, .nameTooLong, .nulInName: nameText
    case .duplicateMetadata, .duplicateMetadataKey, .equivalentMetadataKeys, .metadataNotAnObject,
      .metadataNotText:
      metadataText
    case .entryNotAnObject, .duplicateField, .missingField, .typeNotText, .unknownType,
      .shapeNotSizes, .rankTooLarge, .offsetsNotTwoSizes, .numberTooLarge:
      entryText
    default: layoutText
    }
  }

  private var nameText: String {
    switch self {
    case .duplicateName:
      "the name is there twice; which tensor is meant is unclear: rewrite the file"
    case .emptyName: "the name is empty; rewrite the file with a name"
    case .nameTooLong(let count):
      "the name has \(count) bytes, and at most 1024 are read; rewrite it with a shorter name"
    default: "the name holds a NUL character; rewrite the file with another name"
    }
  }

  private var metadataText: String {
    switch self {
    case .duplicateMetadata: "__metadata__ is there twice; rewrite the file"
    case .duplicateMetadataKey(let key):
      "__metadata__ has the key \"\(escapedKey(key))\" twice; rewrite the file"
    case .equivalentMetadataKeys(let key):
      "__metadata__ has two spellings of the key \"\(escapedKey(key))\" that look the same; "
        + "rewrite the file with one"
    case .metadataNotText(let key):
      "__metadata__ must hold text, and \"\(escapedKey(key))\" is none; rewrite the file"
    default: "__metadata__ must be an object of texts; rewrite the file"
    }
  }

  private var entryText: String {
    switch self {
    case .entryNotAnObject: "the entry must be an object with dtype, shape and data_offsets"
    case .duplicateField(let field):
      "the entry has \"\(escapedKey(field))\" twice; rewrite the file"
    case .missingField(let field): "the entry has no \(field); rewrite the file"
    case .typeNotText: "dtype must be text, as in \"BF16\"; rewrite the file"
    case .unknownType(let name):
      "dtype \"\(escapedKey(name))\" is unknown; convert it to one that safetensors has"
    case .shapeNotSizes: "shape must be an array of whole numbers from 0; rewrite the file"
    case .rankTooLarge: "shape has more than 64 dimensions; it cannot be real"
    case .numberTooLarge: "a number does not fit in 63 bits; the header is damaged"
    default: "data_offsets must be two whole numbers from 0; rewrite the file"
    }
  }

  private var layoutText: String {
    switch self {
    case .sizeOverflow: "shape times dtype does not fit in 63 bits; the header is damaged"
    case .partialByte: "shape times dtype is not a whole number of bytes; the header is damaged"
    case .beginAfterEnd: "data_offsets begin after their end; the header is damaged"
    case .sizeMismatch(let expected, let found):
      "shape and dtype make \(expected) bytes, and data_offsets \(found); the header is damaged"
    case .overlap(let expected, let found):
      "begins at data byte \(found), inside the tensor before it, which ends at \(expected); "
        + "the header is damaged"
    case .gap(let expected, let found):
      "begins at data byte \(found), and the data before it ends at \(expected); "
        + "unused bytes are not allowed: rewrite the file"
    case .dataTooShort(let expected, let found):
      "the tensors need \(expected) bytes of data, and the file has \(found); "
        + "it is cut short: fetch it again"
    case .dataTooLong(let expected, let found):
      "the tensors need \(expected) bytes of data, and the file has \(found); "
        + "what follows belongs to no tensor: rewrite the file"
    case .dataGoesOn(let expected):
      "the tensors need \(expected) bytes of data, and more follows; "
        + "it belongs to no tensor: rewrite the file"
    default: "the header is damaged"
    }
  }
}

/// A header problem, the byte of the header text where it is, and the tensor it is blamed on.
struct HeaderFailure: Error, Equatable {
  /// nil for problems of the layout, which are not at one place of the text.
  var offset: Int?
  var tensor: String?
  var problem: HeaderProblem

  init(at offset: Int? = nil, tensor: String? = nil, _ problem: HeaderProblem) {
    self.offset = offset
    self.tensor = tensor
    self.problem = problem
  }
}
