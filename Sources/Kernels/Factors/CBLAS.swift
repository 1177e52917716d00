#if !canImport(Accelerate)
  // The two products that `MatrixProduct` takes from BLAS, through LAPACK's library.
  let CblasRowMajor: Int32 = 101
  let CblasNoTrans: Int32 = 111
  let CblasTrans: Int32 = 112
  typealias CBLAS_TRANSPOSE = Int32

  typealias SingleProduct =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32,
      UnsafePointer<Float>, Int32, Float, UnsafeMutablePointer<Float>, Int32
    ) -> Void
  typealias DoubleProduct =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32,
      UnsafePointer<Double>, Int32, Double, UnsafeMutablePointer<Double>, Int32
    ) -> Void

  nonisolated(unsafe) let cblas_sgemm: SingleProduct = unsafe product("cblas_sgemm")
  nonisolated(unsafe) let cblas_dgemm: DoubleProduct = unsafe product("cblas_dgemm")

  private func product<Function>(_ name: String) -> Function {
    guard let library = try? DynamicLibrary(LAPACK.shared.name),
      let function = library.function(name, as: Function.self)
    else { preconditionFailure("the library that has LAPACK has no \(name)") }
    return function
  }
#endif
