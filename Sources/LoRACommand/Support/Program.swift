import ArgumentParser
import Containers
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The process: its command line in, its exit code out.
package enum Program {
  /// Runs the command that the process was started with, and ends the process.
  package static func run() -> Never {
    reserveStreams()
    Interruption.install()
    OpenFiles.raiseLimit()
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      try EnvironmentError.check()
      if let word = UnreadableWord.first { throw word }
      var command = try RootCommand.parseAsRoot(
        StoredConfiguration.expand(AttachedValues.expand(arguments)))
      try command.run()
      exit(0)
    } catch {
      end(CommandFailure(error, arguments: arguments))
    }
  }

  /// Keeps files off the standard streams; where that cannot be done, nothing is begun.
  private static func reserveStreams() {
    do {
      try StandardStreams.reserve()
    } catch {
      let problem = "a standard stream is closed, and /dev/null cannot take its place: \(error)"
      StandardError.write(line: "lora: error: " + problem)
      exit(FailureCategory.outOfResources.rawValue)
    }
  }

  /// Says what there is to say, and ends the process.
  ///
  /// Help that cannot be written is itself a failure; an error line that cannot be written is not,
  /// for there is nowhere left to say so.
  private static func end(_ failure: CommandFailure) -> Never {
    do {
      if !failure.output.isEmpty {
        try StandardStreams.write(failure.output + "\n")
      }
    } catch {
      end(CommandFailure(error, arguments: []))
    }
    for line in failure.errorLines {
      StandardError.write(line: line)
    }
    exit(failure.exitCode)
  }
}
