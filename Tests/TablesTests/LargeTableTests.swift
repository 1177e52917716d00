import Kernels
import Tables
import Tensors
import TestSupport
import Testing

/// Tables of many pieces, which are read, parsed and put in place at the same time.
@Suite struct LargeTableTests {
  private static let rows = 70_000

  /// A header and rows of a number that names the row, a short one, and a target.
  private static func text(target: (Int) -> String) -> String {
    var text = "id,x,y\n"
    for row in 0..<rows { text += "\(row).5,-0.25,\(target(row))\n" }
    return text
  }

  private func read(
    _ text: [UInt8], piece: Int, threads: Int, expecting size: Int? = nil
  ) throws -> Dataset<Float> {
    var reader = DatasetReader()
    reader.workers = Workers(count: threads)
    var csv = CSVReader(file: "t.csv", bytes: text, piece: piece)
    csv.expectedSize = size
    return try reader.read(&csv)
  }

  @Test(arguments: [10_000, 1 << 17, 1 << 24], [1, 2, 3])
  func `every row lies in its place, however large the file was thought to be`(
    piece: Int, threads: Int
  ) throws {
    let text = Array(Self.text { "\($0 % 3)" }.utf8)
    for size in [nil, text.count, text.count / 100, text.count * 3] {
      let table = try read(text, piece: piece, threads: threads, expecting: size)
      #expect(table.rows == Self.rows && table.classCounts == [23334, 23333, 23333])
      guard case .labels(let labels) = table.targets else {
        Issue.record("no labels")
        return
      }
      #expect(
        (0..<Self.rows).allSatisfy {
          table.features[$0, 0] == Float($0) + 0.5 && table.features[$0, 1] == -0.25
            && labels[$0] == Int32($0 % 3)
        })
    }
  }

  @Test(arguments: [1, 2])
  func `a target of more numbers than classes can be is values`(threads: Int) throws {
    let text = Array(Self.text { "\($0).5" }.utf8)
    let table = try read(text, piece: 1 << 17, threads: threads, expecting: text.count)
    guard case .values(let values) = table.targets else {
      Issue.record("no values")
      return
    }
    #expect((0..<Self.rows).allSatisfy { values[$0, 0] == Float($0) + 0.5 })
    let error = #expect(throws: TableError.self) {
      try read(Array(Self.text { "\($0)" }.utf8), piece: 1 << 17, threads: threads)
    }
    #expect(error?.reason == .openTask(found: 65_536, isMore: true))
  }

  @Test(arguments: [10_000, 1 << 17], [1, 2])
  func `what is wrong late in a file is named by its line or byte`(
    piece: Int, threads: Int
  ) throws {
    let whole = Array(Self.text { "\($0 % 2)" }.utf8)
    for (end, reason, line) in [
      ("1,2\n", TableError.Reason.fieldCount(found: 2, expected: 3, rows: 1), Self.rows + 2),
      ("\"1,2,0\n", .unterminatedQuote, Self.rows + 2),
      ("1,\u{0},0\n", .nulByte(byte: whole.count + 2), nil),
    ] {
      let error = #expect(throws: TableError.self) {
        try read(whole + Array((end + "1,2,0\n1,2,1\n").utf8), piece: piece, threads: threads)
      }
      #expect(error?.reason == reason && error?.line == line)
    }
    let error = #expect(throws: TableError.self) {
      try read(whole + [0x31, 0xC3, 0x28] + whole, piece: piece, threads: threads)
    }
    #expect(error?.reason == .notUTF8(byte: whole.count + 1))
  }
}
