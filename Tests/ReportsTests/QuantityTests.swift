import Reports
import Testing

@Suite struct QuantityTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (1_044, "1,044"), (123_456, "123,456"),
    (6_738_415_616, "6,738,415,616"), (-1_234, "-1,234"), (-123, "-123"),
  ])
  func `a count has its thousands apart`(_ count: Int, _ text: String) {
    #expect(Quantity.count(count).text == text)
  }

  @Test(arguments: [
    (0, "0 B"), (96, "96 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.50 KiB"),
    (1_023_487, "999 KiB"), (1_023_488, "0.976 MiB"), (1_047_552, "0.999 MiB"), (1 << 20, "1 MiB"),
    (33_554_432, "32 MiB"), (13_476_839_424, "12.6 GiB"), (1 << 60, "1 EiB"),
  ])
  func `bytes are read in powers of 1024`(_ count: Int, _ text: String) {
    #expect(Quantity.bytes(count).text == text)
  }

  @Test(arguments: [
    (999, "999 B"), (1000, "1 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"),
    (13_476_839_424, "13.5 GB"),
  ])
  func `bytes are read in powers of 1000 where that is asked for`(_ count: Int, _ text: String) {
    #expect(Quantity(.integer(count), .decimalBytes).text == text)
  }

  @Test(arguments: [
    (256.0, "256x"), (4.3553, "4.36x"), (1.0, "1x"), (10.04, "10.0x"), (12_345.6, "12346x"),
    (0.5, "0.500x"),
  ])
  func `a ratio has three digits`(_ ratio: Double, _ text: String) {
    #expect(Quantity.ratio(ratio).text == text)
  }

  @Test(arguments: [
    (0.0, "0 %"), (1.0, "100 %"), (0.00390625, "0.391 %"), (0.2296, "23.0 %"), (0.5, "50 %"),
    (-0.125, "-12.5 %"), (0.0000001, "0.0000100 %"),
  ])
  func `a share is a percentage`(_ share: Double, _ text: String) {
    #expect(Quantity.share(share).text == text)
  }

  @Test(arguments: [
    (0.0, "0 s"), (0.00085, "850 us"), (0.0123, "12.3 ms"), (0.9996, "1.00 s"), (4.2, "4.20 s"),
    (99.94, "99.9 s"), (125.0, "2 min 05 s"), (3599.6, "1 h 00 min"), (3720.0, "1 h 02 min"),
  ])
  func `a duration chooses its unit by size`(_ seconds: Double, _ text: String) {
    #expect(Quantity.seconds(seconds).text == text)
  }

  @Test(arguments: [
    (0.03125, 3, "0.0313"), (9.9996, 4, "10"), (9.9994, 4, "9.999"), (4.0, 4, "4"),
    (-0.5, 2, "-0.5"), (0.9375, 6, "0.9375"), (100.0, 3, "100"), (1.5e-7, 2, "1.5e-7"),
    (2.25e20, 3, "2.25e20"), (0.0, 3, "0"),
    (1234.56, 3, "1,235"), (524_508.4, 4, "524,508"), (.nan, 3, "nan"), (-.infinity, 3, "-inf"),
  ])
  func `a number has the digits that were asked for`(
    _ number: Double, _ digits: Int, _ text: String
  ) {
    #expect(Quantity.number(number, digits: digits).text == text)
  }

  @Test(arguments: [(96, "96 B"), (1536, "1.50 KiB (1,536 bytes)")])
  func `bytes in full are exact as well`(_ count: Int, _ text: String) {
    #expect(Quantity(.integer(count), .bytesInFull).text == text)
  }

  @Test func `what is no number reads as itself`() {
    #expect(Quantity(.missing).text == "")
    #expect(Quantity(.flag(true)).text == "yes")
    #expect(Quantity(.flag(false)).text == "no")
    #expect(Quantity.text("a b").text == "a b")
    #expect(Quantity(.list([.integer(1000), .integer(2)]), .grouped).text == "1,000, 2")
  }
}
