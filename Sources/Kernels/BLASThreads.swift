#if !canImport(Accelerate)
  import COpenBLAS
#endif

/// Turns BLAS's own threads off, once: they would wait for each other inside ours.
let singleThreadedBLAS: Void = {
  #if !canImport(Accelerate)
    openblas_set_num_threads(1)
  #endif
}()
