import Containers
import JSON
import Training

/// The file of `--log`: a line of JSON for every step, and one for every validation.
///
/// It is published when the run ends, also when training fails, for then it is wanted most.
final class MetricsLog {
  private let file: OutputFile
  private var pending = ""
  private var written = 0

  init(_ path: String, options: OutputOptions) throws(ContainerError) {
    file = try OutputFile(path: path, options: options)
  }

  func add(_ event: TrainingEvent) throws(ContainerError) {
    try add(members: [
      ("step", .number(event.step)), ("epoch", .number(event.epoch)),
      ("loss", .number(event.loss)), ("learning_rate", .number(event.rate)),
      ("gradient_norm", .number(event.gradientNorm)),
    ])
  }

  func add(_ validation: TrainingHistory.Validation) throws(ContainerError) {
    func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
    try add(members: [
      ("step", .number(validation.step)), ("validation_loss", number(validation.loss)),
      ("validation_quality", number(validation.quality)),
    ])
  }

  /// What an earlier part of the run logged.
  func add(_ history: TrainingHistory) throws(ContainerError) {
    var validations = history.validations[...]
    func addValidations(through step: Int) throws(ContainerError) {
      while let next = validations.first, next.step <= step {
        try add(next)
        validations.removeFirst()
      }
    }
    try addValidations(through: 0)
    for event in history.events {
      try add(event)
      try addValidations(through: event.step)
    }
  }

  private func add(members: RunSettings) throws(ContainerError) {
    pending += JSONValue(members: members).compactText + "\n"
    if pending.utf8.count >= 1 << 16 { try flush() }
  }

  private func flush() throws(ContainerError) {
    let text = pending
    pending = ""
    try text.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: written) }
    written += text.utf8.count
  }

  func publish() throws(ContainerError) {
    try flush()
    try file.publish()
  }
}
