/// Why the code of a remainder cannot be decoded.
package enum RemainderFailure: Error, Equatable, CustomStringConvertible {
  /// It begins with no way of coding that there is.
  case unknownCoding(UInt8)
  /// It ends before all elements are decoded.
  case cutShort
  /// It goes on after all elements are decoded.
  case goesOn
  /// An outlier does not lie after the one before it and inside the range.
  case badOutlier(position: Int)
  /// The deflate data in it is damaged.
  case badDeflate(String)
  case outOfMemory
  /// It was made just now, and what it decodes to is not what it was made of.
  case leadsElsewhere

  package var description: String {
    switch self {
    case .unknownCoding(let byte): "its first byte is \(byte), expected 1 or 2"
    case .cutShort: "it ends too early"
    case .goesOn: "it goes on after its last element"
    case .badOutlier(let position): "an outlier at element \(position) is out of place"
    case .badDeflate(let problem): "its deflate data is damaged: \(problem)"
    case .outOfMemory: "there is no memory to decode it"
    case .leadsElsewhere: "it does not lead back to what it was made of"
    }
  }
}
