/// `count` numbers in f32 from `start` to `end`, as `torch.linspace` spaces them: each half is counted
/// from its own end, with one rounding a number.
func linearSpace(from start: Float, to end: Float, count: Int) -> [Float] {
  let step = (end - start) / Float(count - 1)
  return (0..<count).map { index in
    index < count / 2
      ? start.addingProduct(step, Float(index))
      : end.addingProduct(-step, Float(count - 1 - index))
  }
}
