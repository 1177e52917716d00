import LoRACommand
import Reports
import TestSupport
import Testing

@Suite struct ProgressLineTests {
  @Test(arguments: [
    (
      1 << 29, Optional(1 << 31), Format.binaryBytes, 1.5,
      "merging  512 MiB of 2 GiB (25 %), 4.50 s left"
    ),
    (1 << 29, nil, .binaryBytes, 1.5, "merging  512 MiB"),
    (0, 10, .grouped, 2.0, "merging  0"),
    (1500, 1000, .grouped, 2.0, "merging  1,500 of 1,000 (100 %), under 1 s left"),
  ])
  func `it says what is done, what there is, and how long it takes`(
    _ completed: Int, _ total: Int?, _ format: Format, _ seconds: Double, _ text: String
  ) {
    #expect(
      ProgressLine.text(
        label: "merging", completed: completed, total: total, format: format, seconds: seconds)
        == text)
  }
}
