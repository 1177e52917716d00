import Training

extension Trainer {
  /// Takes the steps that are left; `report` hears of each, and ends the run by throwing.
  mutating func run(_ report: (TrainingEvent) throws -> Void) throws {
    while step < steps {
      try report(try advance())
    }
  }
}
