import Containers
import OrderedCollections
import Tensors

/// The remainders of the steps that stay when a merged checkpoint is written anew.
///
/// A folder takes them along; a file names them from where it lies.
struct KeptRemainders {
  /// The steps, naming their remainders for the new place.
  private(set) var steps: [MergedState.Step]
  /// Files to copy into the new folder, from where they are.
  private(set) var sideFiles: OrderedDictionary<String, String> = [:]

  init(
    of steps: [MergedState.Step], in merged: Checkpoint, for output: EditOutput
  ) {
    self.steps = steps
    // A change in place leaves them where they are.
    guard output.target == nil else { return }
    let destination = output.destination
    for (number, step) in steps.enumerated() {
      guard let reference = step.remainder else { continue }
      let path = reference.path(from: merged)
      var place = RemainderPlace.file(path)
      if case .folder = destination, (try? TensorFile.open(path)) != nil,
        let inside = try? RemainderPlace(for: destination, step: number, given: nil),
        case .inFolder(let name) = inside
      {
        place = inside
        sideFiles[name] = path
      }
      self.steps[number].remainder = RemainderReference(
        path: place.recordedPath(in: destination), fingerprint: reference.fingerprint)
    }
  }
}
