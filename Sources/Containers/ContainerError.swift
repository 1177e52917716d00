import JSON
import Tensors

/// What is wrong with a file, where, and what to do about it.
package struct ContainerError: ReportableError, Equatable {
  /// The file as the user named it; empty for what concerns no file.
  package var file: String
  /// The tensor that is blamed.
  package var tensor: String?
  /// The byte of the file at which the problem was noticed.
  package var offset: Int?
  package var problem: Problem

  /// One case per layer; one case per refusal inside each.
  package enum Problem: Equatable, Sendable {
    case input(InputProblem)
    case output(OutputProblem)
    case json(JSONProblem)
    case header(HeaderProblem)
    case gzip(GzipProblem)
    case gguf(GGUFProblem)
    case checkpoint(CheckpointProblem)
    case inPlace(InPlaceProblem)
    /// A signal asked the process to stop.
    case interrupted(signal: Int32)
  }

  package init(file: String, tensor: String? = nil, offset: Int? = nil, _ problem: Problem) {
    self.file = file
    self.tensor = tensor
    self.offset = offset
    self.problem = problem
  }

  package var category: FailureCategory {
    switch problem {
    case .input(let problem): problem.category
    case .output(let problem): problem.category
    case .json, .header, .gzip, .gguf: .badData
    case .checkpoint(let problem): problem.category
    case .inPlace(let problem): problem.category
    case .interrupted: .inputOutput
    }
  }

  /// The exit status: that of the category, or 128 + n after signal n (a closed pipe is SIGPIPE).
  package var exitStatus: Int32 {
    switch problem {
    case .interrupted(let signal): 128 + signal
    case .output(.closedPipe): 141
    default: category.rawValue
    }
  }

  /// Whether the reader of standard output has gone: nobody is left to read a message.
  package var isQuiet: Bool {
    problem == .output(.closedPipe)
  }

  package var description: String {
    var parts: [String] = []
    if !file.isEmpty { parts.append(escaped(file == "-" ? "standard input" : file)) }
    if let tensor { parts.append("tensor \"\(escaped(tensor))\"") }
    if let offset { parts.append("byte \(offset)") }
    parts.append(text)
    return parts.joined(separator: ": ")
  }

  /// The problem, without where it is.
  var text: String {
    switch problem {
    case .input(let problem): problem.description
    case .output(let problem): problem.description
    case .json(let problem): problem.description
    case .header(let problem): problem.description
    case .gzip(let problem): problem.description
    case .gguf(let problem): problem.description
    case .checkpoint(let problem): problem.description
    case .inPlace(let problem): problem.description
    case .interrupted(let signal): "stopped by signal \(signal); what was not complete is removed"
    }
  }
}
