import Kernels
import Training

extension Network {
  /// The mean loss over `batch`.
  func loss(_ loss: Loss, of batch: Batch, _ pass: Pass = .scoring(.one)) -> Double {
    var memory = makeMemory()
    return loss(outputs(batch, &memory, pass), batch.targets)
  }

  /// Leaves the gradients of the mean loss over `batch`, which is returned.
  @discardableResult
  mutating func learn(_ loss: Loss, from batch: Batch, _ pass: Pass = .scoring(.one)) -> Double {
    var memory = makeMemory()
    var gradient = Matrix<Scalar>(rows: 0, columns: 0)
    let y = outputs(batch, &memory, pass)
    let result = loss(y, batch.targets, gradient: &gradient)
    backward(&gradient, batch, &memory, pass)
    return result
  }
}
