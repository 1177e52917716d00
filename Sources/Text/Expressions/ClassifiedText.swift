/// Text whose scalars are asked for their classes: what the matchers of `KnownShape` share.
struct ClassifiedText {
  let bytes: [UInt8]
  /// Where the text ends for the matchers.
  let end: Int
  private let table: [UInt8]

  init(_ bytes: [UInt8], end: Int) {
    (self.bytes, self.end) = (bytes, end)
    table = ScalarClasses.plane
  }

  /// The class of the scalar at `place`, which may be the end, and how many bytes it has.
  @inline(__always)
  func classes(_ place: Int) -> (classes: ScalarClasses, length: Int) {
    guard place < end else { return ([], 0) }
    let byte = bytes[place]
    if byte < 0x80 { return (ScalarClasses(rawValue: 1 << UInt32(table[Int(byte)])), 1) }
    let scalar = bytes.scalar(at: place)
    return (ScalarClasses.of(scalar.value), scalar.length)
  }

  @inline(__always)
  func has(_ place: Int, _ classes: ScalarClasses) -> Bool {
    !self.classes(place).classes.isDisjoint(with: classes)
  }

  /// The place behind the scalar at `place`.
  @inline(__always)
  func past(_ place: Int) -> Int { place + classes(place).length }

  /// Where the scalars of these classes from `place` on end.
  @inline(__always)
  func run(_ place: Int, of wanted: ScalarClasses) -> Int {
    var place = place
    while true {
      let scalar = classes(place)
      guard !scalar.classes.isDisjoint(with: wanted) else { return place }
      place += scalar.length
    }
  }

  @inline(__always)
  func byte(_ place: Int) -> UInt8 { place < end ? bytes[place] : 0 }

  @inline(__always)
  func isLineBreak(_ place: Int) -> Bool {
    let byte = byte(place)
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Where the first byte that may begin a number is: passes over ASCII but digits.
  func skipLetters(_ place: Int) -> Int {
    var place = place
    while place < end, bytes[place] < 0x80, !(0x30...0x39 ~= bytes[place]) { place += 1 }
    return place
  }

  /// Where the first byte of a character from U+3000 on is, or any beyond ASCII.
  func skipLow(_ place: Int) -> Int {
    var place = place
    while place < end, bytes[place] < 0x80 { place += 1 }
    return place
  }

  /// Where the line breaks, and bytes equal to `other`, from `place` on end.
  func lineBreaks(_ place: Int, or other: UInt8 = UInt8(ascii: "\n")) -> Int {
    var place = place
    while isLineBreak(place) || place < end && bytes[place] == other { place += 1 }
    return place
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`: its end, or `place` where there is none.
  func contraction(_ place: Int, ignoringCase: Bool) -> Int {
    guard byte(place) == UInt8(ascii: "'") else { return place }
    let mask: UInt8 = ignoringCase ? 0x20 : 0
    let first = byte(place + 1)
    switch first | mask {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return place + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return byte(place + 2) | mask == UInt8(ascii: "e") ? place + 3 : place
    case UInt8(ascii: "l"):
      return byte(place + 2) | mask == UInt8(ascii: "l") ? place + 3 : place
    default:
      // The long s, U+017F, is an s to those who ignore case.
      let isLongS = ignoringCase && first == 0xC5 && byte(place + 2) == 0xBF
      return isLongS ? place + 3 : place
    }
  }

  /// `\p{N}{1,count}`: its end, or `place` where there is none.
  @inline(__always)
  func numbers(_ place: Int, upTo count: Int) -> Int {
    var place = place
    for _ in 0..<count {
      let scalar = classes(place)
      guard !scalar.classes.isDisjoint(with: .numbers) else { break }
      place += scalar.length
    }
    return place
  }

  /// `\s+(?!\S)|\s+`: white space, the last of which is left to a word behind it.
  func space(_ place: Int) -> Int {
    let end = run(place, of: .whiteSpace)
    guard end < self.end, end > place else { return end }
    let last = end - bytes.scalar(before: end).length
    return last > place ? last : end
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`.
  func spaceByLines(_ place: Int) -> Int {
    let end = run(place, of: .whiteSpace)
    var last = end
    while last > place, !isLineBreak(last - 1) { last -= 1 }
    return last > place ? last : space(place)
  }
}
