extension PackedUpdate {
  /// Adds the update to a range of a weight held in f32; the sum is rounded once.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - weight: W, exactly those elements; W + s·B·A afterwards.
  package func add(_ elements: Range<Int>, to weight: inout [Float]) {
    var values = weight.mutableSpan
    var bytes = unsafe values.mutableBytes
    apply(to: .f32, elements: elements, in: &bytes)
  }

  /// Adds an update packed from doubles to a range of a weight held in f64.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - weight: W, exactly those elements; W + s·B·A afterwards.
  package func add(_ elements: Range<Int>, to weight: inout [Double]) {
    var values = weight.mutableSpan
    var bytes = unsafe values.mutableBytes
    apply(to: .f64, elements: elements, in: &bytes)
  }
}
