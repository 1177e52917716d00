#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A library that is loaded while the program runs, and stays until its end.
@safe struct DynamicLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Why a library could not be loaded, in the loader's words, which begin with its name.
  struct Failure: Error {
    let message: String
  }

  /// Loads `name`: a path, or what the loader finds by its own rules.
  init(_ name: String) throws(Failure) {
    guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      let message = unsafe dlerror().map { unsafe String(cString: $0) }
      throw Failure(message: message ?? "\(name): cannot be loaded")
    }
    unsafe self.handle = unsafe handle
  }

  /// The function `name`, which has the C type `type`; nil when the library has none of that name.
  ///
  /// Nothing can check the type: it is the caller's to know.
  func function<Function>(_ name: String, as type: Function.Type = Function.self) -> Function? {
    guard let address = unsafe dlsym(handle, name) else { return nil }
    return unsafe unsafeBitCast(address, to: type)
  }
}
