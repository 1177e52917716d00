import Kernels
import Tensors
import Training

extension Network {
  /// The mean loss over `batch`.
  func loss(_ loss: Loss, of batch: Batch, _ pass: Pass = .scoring(.one)) -> Double {
    var memory = makeMemory()
    let y = outputs(batch, &memory, pass)
    return loss.sum(y, batch.targets) / loss.divisor(of: batch.targets)
  }

  /// Leaves the gradients of the mean loss over `batch`, which is returned.
  @discardableResult
  mutating func learn(_ loss: Loss, from batch: Batch, _ pass: Pass = .scoring(.one)) -> Double {
    var memory = makeMemory()
    return learn(loss, from: batch, &memory, pass)
  }

  @discardableResult
  mutating func learn(
    _ loss: Loss, from batch: Batch, _ memory: inout Memory, _ pass: Pass
  ) -> Double {
    var gradient = Matrix<Scalar>(rows: 0, columns: 0)
    var losses = StepLoss(loss, of: batch.targets)
    let y = outputs(batch, &memory, pass)
    losses.add(y, batch.targets, gradient: &gradient, pass.workers)
    backward(&gradient, batch, &memory, pass)
    finishGradients()
    return losses.mean
  }
}
