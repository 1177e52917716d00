import Tensors
import Testing

@Suite struct GeneratorTests {
  /// The first outputs of the reference implementation from the state 1, 2, 3, 4.
  @Test func `words follow the reference from a known state`() throws {
    var generator = try #require(Generator(words: [1, 2, 3, 4]))
    let words = (0..<4).map { _ in generator.next() }
    #expect(words == [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386])
  }

  /// splitmix64's first outputs from the seed 1234567.
  @Test func `a seed fills the state as splitmix64 does`() {
    let words = Generator(seed: 1_234_567).words
    #expect(words[0] == 6_457_827_717_110_365_317)
    #expect(words[1] == 3_203_168_211_198_807_973)
    #expect(words[2] == 9_817_491_932_198_370_423)
    #expect(words[3] == 4_593_380_528_125_082_431)
  }

  @Test func `the all-zero state is refused`() {
    #expect(Generator(words: [0, 0, 0, 0]) == nil)
  }

  @Test func `a saved state continues where it was taken`() throws {
    var generator = Generator(seed: 42)
    for _ in 0..<10 { _ = generator.normal() }
    var restored = try #require(Generator(words: generator.words))
    #expect((0..<100).map { _ in generator.normal() } == (0..<100).map { _ in restored.normal() })
    #expect(generator == restored)
  }

  @Test func `normal numbers have the moments of their distribution`() {
    var generator = Generator(seed: 1)
    let count = 100_000
    let numbers = (0..<count).map { _ in generator.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0.0) { sum, x in sum + (0..<power).reduce(1) { p, _ in p * x } }
        / Double(count)
    }
    // Five deviations of each estimate.
    #expect(abs(moment(1)) < 5 / 316)
    #expect(abs(moment(2) - 1) < 5 * 1.42 / 316)
    #expect(abs(moment(3)) < 5 * 3.88 / 316)
    #expect(abs(moment(4) - 3) < 5 * 9.8 / 316)
  }

  @Test func `every order of four is as likely as the next`() {
    var generator = Generator(seed: 9)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<24_000 {
      var order = [0, 1, 2, 3]
      generator.shuffle(&order)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 24)
    // χ² with 23 degrees of freedom exceeds 58 once in 20,000.
    let square = counts.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(square < 58)
  }

  @Test(arguments: [1, 2, 3, 1000, Int.max])
  func `a bounded number stays below its bound`(bound: Int) {
    var generator = Generator(seed: 3)
    for _ in 0..<1000 {
      let number = generator.next(below: bound)
      #expect(number >= 0 && number < bound)
    }
  }
}
