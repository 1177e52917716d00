import Containers
import Training

/// The file of `--log`: a line of JSON for every step.
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
    pending +=
      JSONValue(members: [
        ("step", .number(JSONNumber(event.step))),
        ("epoch", .number(JSONNumber(event.epoch))),
        ("loss", .number(JSONNumber(event.loss))),
        ("learning_rate", .number(JSONNumber(event.rate))),
        ("gradient_norm", .number(JSONNumber(event.gradientNorm))),
      ]).compactText + "\n"
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
