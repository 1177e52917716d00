#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct ProcessSettings {
  let folder: String?
  let environment: [String: String]
  let timeout: Double
}

/// Why a process could not be started.
struct SpawnError: Error {
  let path: String
  let code: Int32
}

/// Runs one process, its streams joined to files so that no pipe can fill up and stall it.
///
/// It leads a process group of its own. When it has ended, or its time is over, what is left of the
/// group is killed, so that nothing a script put in the background outlives the test.
func runProcess(
  _ path: String, _ arguments: [String], input: [UInt8], settings: ProcessSettings
) throws -> ProcessResult {
  try ScratchFolder.with { scratch in
    let streams = [
      try scratch.write(input, to: "stdin"), scratch.path("stdout"), scratch.path("stderr"),
    ]
    let words = [path] + arguments
    let process = try spawn(
      settings.folder.map { ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, $0] + words } ?? words,
      streams: streams, environment: settings.environment)
    let (status, timedOut) = wait(for: process, seconds: settings.timeout)
    kill(-process, SIGKILL)
    return ProcessResult(
      output: try scratch.read("stdout"), errorOutput: try scratch.read("stderr"),
      exitCode: exitCode(ofStatus: status), timedOut: timedOut)
  }
}

/// As a shell reports it: the exit code, or 128 + the signal that ended the process.
private func exitCode(ofStatus status: Int32) -> Int32 {
  let signal = status & 0x7F
  return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
}

/// Waits until `process` ends; kills it when `seconds` have passed.
private func wait(for process: pid_t, seconds: Double) -> (status: Int32, timedOut: Bool) {
  let deadline = ContinuousClock.now + .seconds(seconds)
  var status: Int32 = 0
  var timedOut = false
  var pause: UInt32 = 1000
  while unsafe waitpid(process, &status, WNOHANG) == 0 {
    if !timedOut, ContinuousClock.now > deadline {
      timedOut = true
      kill(-process, SIGKILL)
    }
    usleep(pause)
    pause = min(20_000, pause * 3 / 2)
  }
  return (status, timedOut)
}

/// Starts `words` in a process group of its own, streams 0 to 2 opened on these files.
private func spawn(
  _ words: [String], streams: [String], environment: [String: String]
) throws -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (descriptor, file) in streams.enumerated() {
    let flags = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
    unsafe posix_spawn_file_actions_addopen(&actions, Int32(descriptor), file, flags, 0o600)
  }
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  // The threads that tests run on block and ignore signals; a program starts with none of that.
  var (none, all) = (sigset_t(), sigset_t())
  unsafe sigemptyset(&none)
  unsafe sigfillset(&all)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setsigdefault(&attributes, &all)
  unsafe posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
  let settings = Environment.current.merging(["NO_COLOR": "1", "COLUMNS": "80"]) { $1 }
    .merging(environment) { $1 }
    .map { "\($0.key)=\($0.value)" }
  var process: pid_t = 0
  let program = words[0]
  let code = unsafe withCStrings(words) { words in
    unsafe withCStrings(settings) { settings in
      unsafe posix_spawn(&process, program, &actions, &attributes, words, settings)
    }
  }
  guard code == 0 else { throw SpawnError(path: program, code: code) }
  return process
}

/// Lets `body` see `strings` as C does: pointers to text, a null pointer at the end.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = unsafe strings.map { unsafe strdup($0) }
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe body(pointers + [nil])
}
