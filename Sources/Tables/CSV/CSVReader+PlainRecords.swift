import Kernels
import Synchronization

/// Plain records found in one piece of a file, waiting to be taken in order.
private struct PlainBlock<Scalar: DenseScalar> {
  let bytes: [UInt8]
  /// The records, and the line that each part of them begins on.
  var parts: [(records: PlainRecords<Scalar>, line: Int)] = []
}

extension CSVReader {
  /// Takes the plain records from here on, as many pieces of the file as hold nothing else; `body`
  /// gets them in order, with the bytes they lie in and the line they begin on.
  ///
  /// While one piece is parsed on several threads the next is read, and the one before is handed to
  /// `body`, which may be called on any thread, never on two. What this leaves is for `next`, and
  /// after that this may be called again.
  package mutating func takePlainRecords<Scalar: DenseScalar>(
    _ layout: RecordLayout, _ workers: Workers,
    _ body: (PlainRecords<Scalar>, [UInt8], Int) throws -> Void
  ) throws {
    var finished: PlainBlock<Scalar>?
    func hand(_ block: PlainBlock<Scalar>?) throws {
      guard let block else { return }
      for part in block.parts { try body(part.records, block.bytes, part.line) }
    }
    while let range = nextTrial() {
      var (ahead, failure): ([UInt8]?, (any Error)?) = (nil, nil)
      let readsAhead = range.upperBound == wholeLinesEnd && !sourceEnded
      let parts = lineParts(of: range, workers.count)
      let found = Mutex([PlainRecords<Scalar>?](repeating: nil, count: parts.count))
      let (bytes, source) = (bytes, source)
      workers.run(parts.count + 1) { task in
        if task > 0 {
          let records: PlainRecords<Scalar> = takeRecords(bytes, in: parts[task - 1], layout)
          found.withLock { $0[task - 1] = records }
          return
        }
        do {
          if readsAhead {
            var next = Array(bytes[range.upperBound...])
            ahead = try source(&next) > 0 ? next : []
          }
          try hand(finished)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      finished = take(found.withLock { $0 }, of: parts)
      let isWhole = position == range.upperBound
      if let ahead { join(ahead, isWhole: isWhole) }
      trial = isWhole ? min(1 << 30, trial * 4) : max(1 << 12, trial / 4)
      if !isWhole { break }
    }
    try hand(finished)
  }

  /// The end of the last whole line at hand.
  private var wholeLinesEnd: Int {
    var end = bytes.count
    while end > position, bytes[end - 1] != UInt8(ascii: "\n") { end -= 1 }
    return end
  }

  /// Whole lines to try as plain records; nil when there are none at hand.
  private func nextTrial() -> Range<Int>? {
    var end = min(bytes.count, position + trial)
    while end > position, bytes[end - 1] != UInt8(ascii: "\n") { end -= 1 }
    return end > position ? position..<end : nil
  }

  /// Cuts `range` after line feeds into parts: two for each of `count` threads, each worth one.
  private func lineParts(of range: Range<Int>, _ count: Int) -> [Range<Int>] {
    let size = max(1 << 16, (range.count + 2 * count - 1) / (2 * count))
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      var end = min(range.upperBound, start + size)
      while end < range.upperBound, bytes[end - 1] != UInt8(ascii: "\n") { end += 1 }
      parts.append(start..<end)
      start = end
    }
    return parts
  }

  /// Steps over the plain records up to the first that is not.
  private mutating func take<Scalar>(
    _ found: [PlainRecords<Scalar>?], of parts: [Range<Int>]
  ) -> PlainBlock<Scalar> {
    var block = PlainBlock<Scalar>(bytes: bytes)
    for (part, records) in zip(parts, found) {
      guard let records else { break }
      block.parts.append((records, nextLine))
      position += records.byteCount
      nextLine += records.lineCount
      if records.byteCount < part.count { break }
    }
    if position > readable {
      validator.pass(position - readable)
      readable = position
    }
    recordStart = position
    return block
  }

  /// Goes on with what was read ahead: the last unfinished line and more, or nothing at the end.
  private mutating func join(_ ahead: [UInt8], isWhole: Bool) {
    guard !ahead.isEmpty else {
      sourceEnded = true
      return
    }
    if isWhole {
      readable -= position
      (bytes, position, recordStart) = (ahead, 0, 0)
    } else {
      let rest = wholeLinesEnd
      bytes.removeLast(bytes.count - rest)
      bytes += ahead
    }
  }
}
