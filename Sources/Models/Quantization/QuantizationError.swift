import Tensors

/// Why a tensor is not quantized, or a quantized one not understood.
package enum QuantizationError: ReportableError, Equatable {
  /// A part that belongs to a quantized tensor is not in the file.
  case missingPart(file: String, tensor: String, part: String)
  /// A part is not what the others ask for.
  case malformed(file: String, tensor: String, problem: String)
  case unknownType(file: String, tensor: String, found: String)
  case blockSize(file: String, tensor: String, found: Int)
  case notFinite(file: String, tensor: String, index: Int, value: String)
  /// Not a tensor of numbers that can be rounded to levels.
  case notNumbers(file: String, tensor: String, type: String)
  case quantizedAlready(file: String, tensor: String)
  /// Codes in a layout that is not read here.
  case otherCodes(file: String, tensor: String)
  /// A type was asked for, and there are codes whose scales would have got it.
  case typeOfCodes(file: String, tensor: String)
  /// Weights in codes where only numbers can be compared.
  case notInFull(file: String, tensor: String)
  case notQuantized(file: String)
  case nothingChosen(file: String)
  case notRows(file: String, tensor: String, shape: Shape)
  /// A weight that lies `[in, out]`.
  case turned(file: String, tensor: String)
  /// A layer of a class that transformers does not exchange for a quantized one.
  case ownLayer(file: String, tensor: String, model: String)
  /// A merge that would have to round to codes of a layout that are not written here.
  case cannotRequantize(file: String, tensor: String, layout: String)
  /// A merge into quantized weights that was not told what is meant.
  case choiceNeeded(file: String, count: Int)

  package var category: FailureCategory {
    switch self {
    case .choiceNeeded, .typeOfCodes, .cannotRequantize: .wrongUsage
    default: .badData
    }
  }

  package var description: String {
    switch self {
    case .missingPart(let file, let tensor, let part):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": is quantized, and its part "
        + "\"\(escaped(part))\" is missing; fetch the file again"
    case .malformed(let file, let tensor, let problem):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(problem); fetch the file again"
    case .unknownType(let file, let tensor, let found):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": the quantization \"\(escaped(found))\" is not "
        + "known; expected nf4 or fp4"
    case .blockSize(let file, let tensor, let found):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": a block size of \(found), expected one of "
        + QuantizationScheme.blockSizes.map(String.init).joined(separator: ", ")
    case .notFinite(let file, let tensor, let index, let value):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": element \(index) is \(value), which no level "
        + "stands for; repair the weights, or leave the tensor out with --skip"
    case .notNumbers(let file, let tensor, let type):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(type) cannot be quantized; expected F64, F32, "
        + "F16 or BF16"
    case .quantizedAlready(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": is quantized already; use lora dequantize first"
    case .otherCodes(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": is stored in codes, in a layout that is not "
        + "read here; write the weights out with the program that made it"
    case .typeOfCodes(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": belongs to weights stored in codes, whose "
        + "scales --dtype would round, and not the weights; leave it out, or write the weights out: "
        + "lora dequantize --dtype, in a merge --dequantize=bf16|f16|f32"
    case .notInFull(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": belongs to weights stored in codes, whose "
        + "difference is no update of weights; write them out first: lora dequantize"
    case .notQuantized(let file):
      "\(escaped(file)): holds no quantized tensor; is it the right file?"
    case .nothingChosen(let file):
      "\(escaped(file)): no tensor to quantize: there is no weight of a linear layer; name tensors with "
        + "--targets"
    case .notRows(let file, let tensor, let shape):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(shape) has no rows to scale; int8 is for "
        + "matrices"
    case .turned(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": is of a Conv1D layer and lies [in, out]; "
        + "other programs store its codes turned, which is not done here: leave it out with --skip, "
        + "or quantize the model with transformers"
    case .ownLayer(let file, let tensor, let model):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": is of a model_type, "
        + "\"\(escaped(model))\", whose linear layers are a class of their own: transformers would read "
        + "the codes as weights; it has no quantized form there"
    case .cannotRequantize(let file, let tensor, let layout):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": codes in the layout \"\(layout)\" are read "
        + "and not written; use --dequantize[=bf16|f16|f32]"
    case .choiceNeeded(let file, let count):
      "\(escaped(file)): \(count) of the weights that change are quantized; say what is meant: "
        + "--dequantize[=bf16|f16|f32] writes them out in full, --requantize rounds the result to "
        + "codes again"
    }
  }
}
