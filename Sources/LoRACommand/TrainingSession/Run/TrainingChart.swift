import Containers
import Reports
import Tensors
import Training

/// The file of `--chart`: losses and learning rate of a run.
struct TrainingChart {
  let history: TrainingHistory
  /// The step with the best validation.
  let bestStep: Int?

  private static let pointLimit = 400

  var chart: Chart {
    let events = history.events
    var losses = [
      Chart.Series(name: "training loss", points: events.map { (Double($0.step), $0.loss) })
        .thinned(to: Self.pointLimit)
    ]
    let validations = history.validations
    if !validations.isEmpty {
      losses.append(
        Chart.Series(
          name: "validation loss", points: validations.map { (Double($0.step), $0.loss) },
          isMarked: validations.count <= 50))
    }
    let rates = Chart.Series(
      name: "learning rate", points: events.map { (Double($0.step), $0.rate) }
    ).thinned(to: Self.pointLimit)
    return Chart(
      title: "Loss and learning rate", label: "step",
      panels: [
        Chart.Panel(
          label: "loss", series: losses, allowsLogarithm: true,
          mark: bestStep.map { (Double($0), "best validation: step \($0)") }),
        Chart.Panel(label: "rate", series: [rates]),
      ])
  }

  func write(to path: String, options: OutputOptions) throws(ContainerError) {
    try chart.write(to: path, options: options)
  }
}
