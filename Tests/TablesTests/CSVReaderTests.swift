import Tables
import TestSupport
import Testing

@Suite struct CSVReaderTests {
  private func records(_ text: [UInt8], piece: Int) throws -> [(line: Int, fields: [String])] {
    var reader = CSVReader(file: "t.csv", bytes: text, piece: piece)
    var records: [(Int, [String])] = []
    while try reader.next() {
      records.append((reader.line, reader.fields.indices.map { reader.text($0) }))
    }
    return records
  }

  @Test(arguments: 1...12)
  func `records do not depend on how the bytes arrive`(piece: Int) throws {
    let text = "a,\"b\r\n\"\"x\"\"\",é\r\n\n \n\"\",1,猫\r2,3, \t4 \n\"last\",,"
    let found = try records(Array(text.utf8), piece: piece)
    #expect(found.map(\.line) == [1, 5, 6, 7])
    #expect(
      found.map(\.fields) == [
        ["a", "b\r\n\"x\"", "é"], ["", "1", "猫"], ["2", "3", "4"], ["last", "", ""],
      ])
  }

  @Test(
    arguments: [
      ([0x61, 0x80], 1), ([0x61, 0xC3], 1), ([0xE2, 0x82], 0), ([0x61, 0x62, 0xC0, 0xAF], 2),
      ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xFF, 0xFE, 0x61, 0x00], 0),
    ] as [([UInt8], Int)], [1, 2, 100])
  func `bad UTF-8 is refused with its byte`(text: (bytes: [UInt8], at: Int), piece: Int) {
    let error = #expect(throws: TableError.self) { try records(text.bytes, piece: piece) }
    #expect(error?.reason == .notUTF8(byte: text.at))
  }

  @Test func `a byte far into the file is counted from the file's start`() {
    var text = Array(String(repeating: "1,2,3\n", count: 1000).utf8)
    text[4321] = 0
    let error = #expect(throws: TableError.self) { try records(text, piece: 100) }
    #expect(error?.reason == .nulByte(byte: 4321))
  }

  @Test func `a lost quote is stopped by the limits, and its line named`() {
    let field = "1,2\n3,\"" + String(repeating: "x,\n", count: 400_000)
    let error = #expect(throws: TableError.self) { try records(Array(field.utf8), piece: 65536) }
    #expect(error?.reason == .fieldTooLong(limit: 1 << 20))
    #expect(error?.line == 2)
    let columns = String(repeating: ",", count: 65_536)
    #expect(throws: TableError(file: "t.csv", line: 1, .tooManyColumns(limit: 65_536))) {
      try records(Array(columns.utf8), piece: 65536)
    }
  }

  @Test func `an error names file, line and column, and escapes what it quotes`() throws {
    var csv = CSVReader(file: "a\tb.csv", bytes: Array("x,y\n1,2\n\u{1B}[0m,3\n".utf8))
    let error = #expect(throws: TableError.self) {
      _ = try DatasetReader().read(&csv, as: Float.self)
    }
    #expect(
      error?.description
        == "a\\tb.csv: line 3: column \"x\": \"\\u{1b}[0m\" is not a decimal number")
  }
}

@Suite struct DecimalNumberTests {
  private func number(_ text: String) throws -> Double? {
    var csv = CSVReader(file: "t", bytes: Array("x,y\n\(text),0\n".utf8))
    do {
      return try DatasetReader().read(&csv, as: Double.self).features.elements[0]
    } catch is TableError {
      return nil
    }
  }

  @Test(arguments: [
    "0", "-0", "+1.5", "5.", ".5", "00.5", "1E3", "1e+2", "1e-45", "9007199254740993",
    "9007199254740992", "123456789012345678901234567890", "0.1", "1e22", "1e23", "8.5e-23",
    "2.2250738585072011e-308", "4.9e-324", "1e-400", "1.7976931348623157e308",
    "0.000000000000000000000000000000012345678901234567", "3.14159265358979323846",
    "1000000000000000000000000000000e-30",
  ])
  func `the nearest double is found on either path`(text: String) throws {
    #expect(try number(text)?.bitPattern == Double(text)?.bitPattern)
  }

  @Test(arguments: [
    "0x10", "1_000", "1,5", "e5", ".", "+", "-", "1e", "1e+", "--1", "1 2", "nan", "inf", "1e999",
    "١", "1.2.3", "1f",
  ])
  func `nothing else is a number`(text: String) throws {
    #expect(try number(text.replacing(",", with: "\",\"")) == nil)
  }
}
