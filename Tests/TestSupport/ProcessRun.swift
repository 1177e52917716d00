import Foundation

struct ProcessSettings {
  let folder: String?
  let environment: [String: String]
  let timeout: Double
}

/// Runs one process, its streams joined to files so that no pipe can fill up and stall it.
func runProcess(
  _ path: String, _ arguments: [String], input: [UInt8], settings: ProcessSettings
) throws -> ProcessResult {
  try ScratchFolder.with { scratch in
    let (inputPath, outputPath, errorPath) = (
      scratch.path("stdin"), scratch.path("stdout"), scratch.path("stderr")
    )
    for (file, bytes) in [(inputPath, input), (outputPath, []), (errorPath, [])] {
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder = settings.folder {
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
    }
    process.environment = ProcessInfo.processInfo.environment
      .merging(["NO_COLOR": "1", "COLUMNS": "80"]) { $1 }
      .merging(settings.environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputPath))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    try process.run()
    let timedOut = !wait(for: process, seconds: settings.timeout)
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return ProcessResult(
      output: try scratch.read("stdout"), errorOutput: try scratch.read("stderr"),
      exitCode: signal + process.terminationStatus, timedOut: timedOut)
  }
}

/// Waits until `process` ends; kills it when `seconds` have passed, and says whether it ended alone.
private func wait(for process: Process, seconds: Double) -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  var pause = 0.001
  while process.isRunning {
    if Date() > deadline {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      return false
    }
    Thread.sleep(forTimeInterval: pause)
    pause = min(0.02, pause * 1.5)
  }
  return true
}
