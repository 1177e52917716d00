/// The matchers: each gives the end of the match at `place`, or `place` where there is none.
extension ClassifiedText {
  private static let marksOrLetters: ScalarClasses = [.letters, .marks]
  private static let wordsOrSpace: ScalarClasses = [.whiteSpace, .letters, .numbers]
  private static let neither = ScalarClasses.all.subtracting(wordsOrSpace)
  private static let signs: ScalarClasses = [.punctuation, .symbols]
  private static let upper: ScalarClasses = [
    .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .marks,
  ]
  private static let lower: ScalarClasses = [
    .lowercaseLetter, .modifierLetter, .otherLetter, .marks,
  ]
  private static let either = upper.intersection(lower)

  func gpt2(_ place: Int) -> Int {
    let contracted = contraction(place, ignoringCase: false)
    if contracted > place { return contracted }
    let start = byte(place) == UInt8(ascii: " ") ? place + 1 : place
    let first = classes(start).classes
    if !first.isDisjoint(with: .letters) { return run(start, of: .letters) }
    if !first.isDisjoint(with: .numbers) { return run(start, of: .numbers) }
    if !first.isDisjoint(with: Self.neither) { return run(start, of: Self.neither) }
    return space(place)
  }

  func cl100k(_ place: Int, digits: Int) -> Int {
    let first = classes(place)
    if !first.classes.isDisjoint(with: .letters) { return run(place, of: .letters) }
    if !first.classes.isDisjoint(with: .numbers) { return numbers(place, upTo: digits) }
    let contracted = contraction(place, ignoringCase: true)
    if contracted > place { return contracted }
    if !isLineBreak(place) {
      let end = run(place + first.length, of: .letters)
      if end > place + first.length { return end }
    }
    return signsOrSpace(place, Self.neither)
  }

  /// ` ?SIGNS+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`; the line breaks with `other` among them.
  private func signsOrSpace(
    _ place: Int, _ signs: ScalarClasses, breaksOr other: UInt8 = UInt8(ascii: "\n")
  ) -> Int {
    let start = byte(place) == UInt8(ascii: " ") ? place + 1 : place
    let end = run(start, of: signs)
    return end > start ? lineBreaks(end, or: other) : spaceByLines(place)
  }

  func o200k(_ place: Int) -> Int {
    let first = classes(place)
    let mayPrecede =
      !isLineBreak(place) && first.classes.isDisjoint(with: [.letters, .numbers])
    let starts = mayPrecede ? [place + first.length, place] : [place]
    for isLowerNeeded in [true, false] {
      for start in starts {
        let end = isLowerNeeded ? lowerWord(start) : run(start, of: Self.upper)
        if end > start { return contractedEnd(end) }
      }
    }
    if !first.classes.isDisjoint(with: .numbers) { return numbers(place, upTo: 3) }
    return signsOrSpace(place, Self.neither, breaksOr: UInt8(ascii: "/"))
  }

  private func contractedEnd(_ place: Int) -> Int { contraction(place, ignoringCase: true) }

  /// `UPPER*LOWER+`, where some scalars are both.
  private func lowerWord(_ start: Int) -> Int {
    var place = start
    var lastOfBoth = start
    while true {
      let scalar = classes(place)
      guard !scalar.classes.isDisjoint(with: Self.upper) else { break }
      place += scalar.length
      if !scalar.classes.isDisjoint(with: Self.either) { lastOfBoth = place }
    }
    let end = run(place, of: Self.lower)
    return end > place ? end : lastOfBoth
  }

  func ideographs(_ place: Int) -> Int {
    var place = place
    // U+3040 is the first: all have three bytes that begin with E3 or more.
    while byte(place) >= 0xE3 {
      let scalar = bytes.scalar(at: place)
      guard 0x3040...0x30FF ~= scalar.value || 0x4E00...0x9FA5 ~= scalar.value else { break }
      place += scalar.length
    }
    return place
  }

  func deepSeek(_ place: Int) -> Int {
    if isASCIISign(byte(place)) {
      var end = place + 1
      while isASCIILetter(byte(end)) { end += 1 }
      if end > place + 1 { return end }
    }
    let first = classes(place)
    if !isLineBreak(place), first.classes.isDisjoint(with: [.letters, Self.signs]) {
      let end = run(place + first.length, of: Self.marksOrLetters)
      if end > place + first.length { return end }
    }
    let end = run(place, of: Self.marksOrLetters)
    return end > place ? end : signsOrSpace(place, Self.signs)
  }

  private func isASCIILetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  private func isASCIISign(_ byte: UInt8) -> Bool {
    (0x21...0x7E ~= byte) && !isASCIILetter(byte) && !(0x30...0x39 ~= byte)
  }
}
