import Containers
import Reports

extension Chart {
  /// Writes the chart as an SVG file.
  ///
  /// - Throws: `ContainerError` as `OutputFile`; nothing is left then.
  func write(to path: String, options: OutputOptions) throws(ContainerError) {
    let file = try OutputFile(path: path, options: options)
    try svg.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: 0) }
    try file.publish()
  }
}
