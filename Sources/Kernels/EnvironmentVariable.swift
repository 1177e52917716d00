#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The text of an environment variable; nil when it is not set, or empty.
func environmentVariable(_ name: String) -> String? {
  guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }), !text.isEmpty else {
    return nil
  }
  return text
}
