import Testing
import Training

@Suite struct ScheduleTests {
  @Test(arguments: [
    (Schedule.Shape.constant, [0.0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]),
    (.linear, [0.0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]),
    (
      .cosine,
      [
        0.0, 0.5, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5,
        0.3086582838174552, 0.14644660940672627, 0.03806023374435663,
      ]
    ),
  ])
  func `ten steps with a warm-up of two have these rates`(
    shape: Schedule.Shape, expected: [Double]
  ) {
    let schedule = Schedule(shape, rate: 1, warmup: 2, steps: 10)
    for step in 0..<10 {
      #expect(abs(schedule.rate(at: step) - expected[step]) <= 1e-15)
    }
  }

  @Test(arguments: Schedule.Shape.allCases)
  func `without a warm-up the first step has the whole rate`(shape: Schedule.Shape) {
    #expect(Schedule(shape, rate: 0.25, steps: 4).rate(at: 0) == 0.25)
  }

  /// Cosines of simple angles by their closed forms.
  @Test(
    arguments: [
      (0, 12, 1), (1, 12, (6.0.squareRoot() + 2.0.squareRoot()) / 4), (1, 6, 3.0.squareRoot() / 2),
      (1, 5, (1 + 5.0.squareRoot()) / 4), (1, 4, 0.5.squareRoot()), (1, 3, 0.5),
      (2, 5, (5.0.squareRoot() - 1) / 4), (1, 2, 0), (2, 3, -0.5), (3, 4, -0.5.squareRoot()),
      (5, 6, -3.0.squareRoot() / 2), (12, 12, -1),
    ] as [(Int, Int, Double)])
  func `the cosine is that of its angle`(step: Int, steps: Int, cosine: Double) {
    let rate = Schedule(.cosine, rate: 1, steps: steps).rate(at: step)
    #expect(abs(rate - (1 + cosine) / 2) <= 3e-16)
    if step == 0 { #expect(rate == 1) }
    if step == steps { #expect(rate == 0) }
  }
}
