import Tensors

/// Why tensors do not make the transformer that their configuration describes.
package enum TransformerError: ReportableError, Equatable {
  case missing(file: String, tensor: String, shape: Shape)
  case shape(file: String, tensor: String, found: Shape, expected: Shape)
  case codedStack(file: String, tensor: String)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .missing(let file, let tensor, let shape):
      "\(escaped(file)): tensor \"\(escaped(tensor))\" of shape \(shape) is missing; is the file "
        + "complete, and is config.json its own?"
    case .shape(let file, let tensor, let found, let expected):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(found), expected \(expected) as "
        + "config.json says"
    case .codedStack(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": quantized experts in one tensor are not "
        + "computed with here; lora dequantize writes them out in full"
    }
  }
}
