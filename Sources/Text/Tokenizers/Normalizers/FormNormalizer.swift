/// `NFC`, `NFD`, `NFKC`: the forms of Unicode.
struct FormNormalizer: Normalizer {
  let form: NormalizationForm

  func normalize(_ text: inout AlignedText) {
    let bytes = text.bytes
    var builder: AlignedTextBuilder?
    var keptFrom = 0
    var place = 0
    var sequence: [UInt32] = []
    while place < bytes.count {
      if bytes[place] < 0x80, place + 1 == bytes.count || bytes[place + 1] < 0x80 {
        place += 1
        continue
      }
      let start = place
      read(&sequence, bytes, &place)
      if sequence.count == 1, form.isStable(sequence[0]) { continue }
      let normalized = form.normalized(sequence)
      guard normalized != sequence else { continue }
      var current = builder.take() ?? AlignedTextBuilder(from: text)
      current.keep(keptFrom..<start)
      for scalar in normalized { current.put(scalar: scalar, for: start..<place) }
      keptFrom = place
      builder = current
    }
    guard var current = builder.take() else { return }
    current.keep(keptFrom..<bytes.count)
    text = current.built()
  }

  /// Reads the scalars up to the next boundary.
  private func read(_ sequence: inout [UInt32], _ bytes: [UInt8], _ place: inout Int) {
    sequence.removeAll(keepingCapacity: true)
    repeat {
      let scalar = bytes.scalar(at: place)
      sequence.append(scalar.value)
      place += scalar.length
    } while place < bytes.count && !form.isBoundary(bytes.scalar(at: place).value)
  }
}
