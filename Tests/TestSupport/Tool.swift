import Foundation

/// What a process left behind.
package struct ProcessResult: Sendable {
  package let output: [UInt8]
  package let errorOutput: [UInt8]
  /// As a shell reports it: 128 + the number of the signal that ended the process.
  package let exitCode: Int32
  /// The process was still running at its deadline, and was killed.
  package let timedOut: Bool

  package var text: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
  /// The lines of stderr.
  package var errorLines: [String] {
    errorText.split(separator: "\n").map(String.init)
  }
}

/// The built `lora`, run as a person runs it.
package enum Tool {
  /// Where the build put the binary: beside the running tests.
  package static let path: String = {
    #if os(Linux)
      let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      return tests.deletingLastPathComponent().appendingPathComponent("lora").path
    #else
      let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
      let folder = bundles.first?.deletingLastPathComponent() ?? Bundle.main.bundleURL
      return folder.appendingPathComponent("lora").path
    #endif
  }()

  /// Runs `lora` with `arguments` until it ends or `timeout` seconds have passed.
  ///
  /// `input` is what stdin holds, `folder` the working directory (the tests' own when nil), and
  /// `environment` is set on top of the tests' own. A process that outlives its time is killed.
  package static func run(
    _ arguments: [String], input: [UInt8] = [], in folder: String? = nil,
    environment: [String: String] = [:], timeout: Double = 60
  ) throws -> ProcessResult {
    try runProcess(
      path, arguments, input: input,
      settings: ProcessSettings(folder: folder, environment: environment, timeout: timeout))
  }

  /// Runs `script` in bash, where `$LORA` is the binary, with `pipefail` on.
  ///
  /// The way to test what a person types between processes: pipes, early-closing readers, limits.
  /// The exit code is the script's; `${PIPESTATUS[@]}` tells each process of a pipe.
  package static func shell(
    _ script: String, input: [UInt8] = [], in folder: String? = nil,
    environment: [String: String] = [:], timeout: Double = 60
  ) throws -> ProcessResult {
    let settings = ProcessSettings(
      folder: folder, environment: environment.merging(["LORA": path]) { $1 }, timeout: timeout)
    return try runProcess(
      "/bin/bash", ["-c", "set -o pipefail\n" + script], input: input, settings: settings)
  }
}
