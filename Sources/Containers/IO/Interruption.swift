import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Signals that ask the process to stop: they set a flag, and the work looks at it between tiles.
package enum Interruption {
  /// Catches SIGINT, SIGTERM and SIGHUP; a closed pipe and a size limit become errors of the call.
  ///
  /// No call is restarted after a signal, so that a wait for standard input ends too.
  package static func install() {
    received.store(0, ordering: .relaxed)
    // A hang-up that was ignored from the start stays so: that is what nohup asks for. An interrupt
    // does not: shells ignore it for background jobs, and whoever sends one there means it.
    let signals = isIgnored(SIGHUP) ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
    for signal in signals { handle(signal, with: note) }
    for signal in [SIGPIPE, SIGXFSZ] { handle(signal, with: SIG_IGN) }
  }

  /// The signal that was caught, if any.
  package static var signal: Int32? {
    let signal = received.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Throws when a signal has asked to stop; call it once per tile.
  package static func check() throws(ContainerError) {
    guard let signal else { return }
    throw ContainerError(file: "", .interrupted(signal: signal))
  }

  private static let received = Atomic<Int32>(0)

  private static let note: @convention(c) (Int32) -> Void = { signal in
    received.store(signal, ordering: .relaxed)
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    unsafe sigaction(signal, nil, &action)
    #if canImport(Darwin)
      let handler = unsafe action.__sigaction_u.__sa_handler
    #else
      let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle(_ signal: Int32, with handler: (@convention(c) (Int32) -> Void)?) {
    var action = sigaction()
    #if canImport(Darwin)
      unsafe action.__sigaction_u.__sa_handler = handler
    #else
      unsafe action.__sigaction_handler.sa_handler = handler
    #endif
    unsafe sigemptyset(&action.sa_mask)
    unsafe sigaction(signal, &action, nil)
  }
}
