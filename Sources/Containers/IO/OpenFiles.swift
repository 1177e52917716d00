#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How many files the process may have open: a sharded model has each of its shards open while it
/// is read, and again while it is written.
package enum OpenFiles {
  /// Allows as many as the system lets this process have.
  package static func raiseLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(kind, &limit)
  }

  /// As many as there may be.
  static var limit: Int {
    var limit = rlimit()
    return unsafe getrlimit(kind, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 0
  }

  #if canImport(Darwin)
    private static let kind = RLIMIT_NOFILE
  #else
    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #endif
}
