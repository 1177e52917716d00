import Tensors

/// Why a training run stops by itself.
package enum TrainingError: ReportableError, Equatable {
  case nonFiniteLoss(step: Int, loss: Double)
  case nonFiniteGradient(step: Int, tensor: String)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .nonFiniteLoss(let step, let loss):
      "training: step \(step): the loss is \(loss); lower the learning rate, or clip gradients"
    case .nonFiniteGradient(let step, let tensor):
      "training: step \(step): tensor \"\(escaped(tensor))\": its gradient is not finite; lower "
        + "the learning rate, or clip gradients"
    }
  }
}
