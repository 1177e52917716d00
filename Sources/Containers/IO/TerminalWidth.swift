#if canImport(Glibc)
  import Glibc
#endif

/// How wide terminals are.
package enum TerminalWidth {
  /// Columns of the terminal that `descriptor` is; nil for what is none, or does not say.
  package static func columns(of descriptor: Int32) -> Int? {
    #if canImport(Glibc)
      var size = winsize()
      let answer = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
      return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    #else
      return nil
    #endif
  }
}
