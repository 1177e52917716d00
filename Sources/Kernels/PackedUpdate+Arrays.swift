extension PackedUpdate {
  /// Adds the update to a range of a weight held in f32; the sum is rounded once.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - values: W from index `start` on becomes W + s·B·A.
  ///   - start: Where in `values` the first of the elements is.
  package func add(_ elements: Range<Int>, to values: inout [Float], at start: Int = 0) {
    var span = values.mutableSpan
    var bytes = unsafe span.mutableBytes
    var part = bytes._mutatingExtracting((start * 4)..<((start + elements.count) * 4))
    apply(to: .f32, elements: elements, in: &part)
  }

  /// Adds an update packed from doubles to a range of a weight held in f64.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - values: W from index `start` on becomes W + s·B·A.
  ///   - start: Where in `values` the first of the elements is.
  package func add(_ elements: Range<Int>, to values: inout [Double], at start: Int = 0) {
    var span = values.mutableSpan
    var bytes = unsafe span.mutableBytes
    var part = bytes._mutatingExtracting((start * 8)..<((start + elements.count) * 8))
    apply(to: .f64, elements: elements, in: &part)
  }
}

extension PackedUpdate {
  /// Writes a range of s·B·A itself, rounded to f32 when it was packed from doubles.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - values: Overwritten from index `start` on.
  ///   - start: Where in `values` the first of the elements is.
  package func delta(_ elements: Range<Int>, into values: inout [Float], at start: Int = 0) {
    var span = values.mutableSpan
    var part = span._mutatingExtracting(start..<(start + elements.count))
    delta(elements: elements, into: &part)
  }
}
