#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system's LAPACK, loaded when it is first needed: OpenBLAS, or on macOS Accelerate.
///
/// Nothing else of lora depends on it, and its last bits are the machine's. It computes on the
/// calling thread alone, for the threads are ours. LORA_LAPACK in the environment names another.
@safe package struct LAPACK: Sendable {
  /// A = U·diag(s)·Vᵀ, column by column, as everywhere in LAPACK.
  ///
  /// The last argument is the length of the first, as Fortran compilers pass it.
  /// Source: <https://netlib.org/lapack/explore-html/>.
  typealias SingularValues =
    @convention(c) (
      _ job: UnsafePointer<CChar>, _ rows: UnsafePointer<Int32>, _ columns: UnsafePointer<Int32>,
      _ a: UnsafeMutablePointer<Double>, _ lda: UnsafePointer<Int32>,
      _ s: UnsafeMutablePointer<Double>,
      _ u: UnsafeMutablePointer<Double>, _ ldu: UnsafePointer<Int32>,
      _ vt: UnsafeMutablePointer<Double>, _ ldvt: UnsafePointer<Int32>,
      _ work: UnsafeMutablePointer<Double>, _ workSize: UnsafePointer<Int32>,
      _ integers: UnsafeMutablePointer<Int32>, _ info: UnsafeMutablePointer<Int32>,
      _ jobLength: Int
    ) -> Void
  /// A = Q·R, with Q as reflectors below R.
  typealias Triangularization =
    @convention(c) (
      _ rows: UnsafePointer<Int32>, _ columns: UnsafePointer<Int32>,
      _ a: UnsafeMutablePointer<Double>, _ lda: UnsafePointer<Int32>,
      _ tau: UnsafeMutablePointer<Double>,
      _ work: UnsafeMutablePointer<Double>, _ workSize: UnsafePointer<Int32>,
      _ info: UnsafeMutablePointer<Int32>
    ) -> Void
  /// The columns of Q, from its reflectors.
  typealias Orthogonalization =
    @convention(c) (
      _ rows: UnsafePointer<Int32>, _ columns: UnsafePointer<Int32>,
      _ reflectors: UnsafePointer<Int32>,
      _ a: UnsafeMutablePointer<Double>, _ lda: UnsafePointer<Int32>,
      _ tau: UnsafePointer<Double>,
      _ work: UnsafeMutablePointer<Double>, _ workSize: UnsafePointer<Int32>,
      _ info: UnsafeMutablePointer<Int32>
    ) -> Void

  let dgesdd: SingularValues
  let dgeqrf: Triangularization
  let dorgqr: Orthogonalization

  /// The name by which it was loaded.
  package let name: String
  /// Whose kernels OpenBLAS computes with, as "Haswell"; nil for another library.
  package let coreName: String?
  /// Whether the environment chose the library or its kernels.
  package let isChosenByUser: Bool

  /// Why there is none: what the loader said of each name that was tried.
  package struct Missing: Error {
    package let attempts: [String]
  }

  /// Loads it, unless that has been done.
  package static func open() throws(Missing) -> LAPACK { try loaded.get() }

  /// For the kernels: a command that needs them has opened it before.
  static var shared: LAPACK {
    guard case .success(let lapack) = loaded else { preconditionFailure("LAPACK is missing") }
    return lapack
  }

  private static let loaded: Result<LAPACK, Missing> = load()

  private static func load() -> Result<LAPACK, Missing> {
    let chosen = environmentVariable("LORA_LAPACK")
    let choosesKernels = prepareEnvironment()
    var attempts: [String] = []
    for name in chosen.map({ [$0] }) ?? candidates {
      do throws(DynamicLibrary.Failure) {
        let library = try DynamicLibrary(name)
        if let lapack = LAPACK(library, name, isChosenByUser: chosen != nil || choosesKernels) {
          return .success(lapack)
        }
        attempts.append("\(name): has no LAPACK")
      } catch {
        attempts.append(error.message)
      }
    }
    return .failure(Missing(attempts: attempts))
  }

  /// Nil when the library has not all that is needed.
  private init?(_ library: DynamicLibrary, _ name: String, isChosenByUser: Bool) {
    guard let dgesdd = unsafe library.function("dgesdd_", as: SingularValues.self),
      let dgeqrf = unsafe library.function("dgeqrf_", as: Triangularization.self),
      let dorgqr = unsafe library.function("dorgqr_", as: Orthogonalization.self)
    else { return nil }
    unsafe (self.dgesdd, self.dgeqrf, self.dorgqr) = unsafe (dgesdd, dgeqrf, dorgqr)
    (self.name, self.isChosenByUser) = (name, isChosenByUser)
    typealias Setter = @convention(c) (Int32) -> Void
    library.function("openblas_set_num_threads", as: Setter.self)?(1)
    typealias Name = @convention(c) () -> UnsafePointer<CChar>?
    let coreName = unsafe library.function("openblas_get_corename", as: Name.self)?()
    self.coreName = unsafe coreName.map { unsafe String(cString: $0) }
  }
}

// MARK: What is loaded, and what it is told

extension LAPACK {
  /// What is tried, the most able first; Fedora's OpenBLAS with threads has a `p`.
  private static var candidates: [String] {
    #if canImport(Darwin)
      ["/System/Library/Frameworks/Accelerate.framework/Accelerate"]
    #else
      ["libopenblas.so.0", "libopenblasp.so.0", "libopenblas.so", "liblapack.so.3"]
    #endif
  }

  /// Tells OpenBLAS, which reads it while it is loaded, to start no threads, and what processor this
  /// is.
  ///
  /// True when the user has told it the latter.
  private static func prepareEnvironment() -> Bool {
    #if canImport(Darwin)
      return false
    #else
      unsafe setenv("OPENBLAS_NUM_THREADS", "1", 1)
      guard environmentVariable("OPENBLAS_CORETYPE") == nil else { return true }
      if let type = coreType(for: .best) { unsafe setenv("OPENBLAS_CORETYPE", type, 1) }
      return false
    #endif
  }

  /// The name by which OpenBLAS knows kernels for `set`; nil where its own judgement is as good.
  ///
  /// It tells processors by family and model, and takes some that are newer than itself for a
  /// Prescott of 2004, whose products run at a quarter of the speed; we ask for instructions.
  package static func coreType(for set: InstructionSet) -> String? {
    switch set {
    case .avx512: "SkylakeX"
    case .avx2: "Haswell"
    case .portable, .neon: nil
    }
  }

  /// Whether OpenBLAS' kernels of this name leave `set` unused: those for processors older than AVX2.
  package static func isOutdated(coreName: String, for set: InstructionSet) -> Bool {
    guard set == .avx2 || set == .avx512 else { return false }
    return [
      "generic", "katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2",
      "penryn", "dunnington", "nehalem", "sandybridge", "athlon", "opteron", "opteron_sse3",
      "barcelona", "bobcat", "bulldozer", "piledriver", "steamroller", "nano",
    ].contains(coreName.lowercased())
  }
}
