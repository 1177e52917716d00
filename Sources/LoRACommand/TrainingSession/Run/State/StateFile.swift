import Containers
import JSON
import Kernels
import OrderedCollections
import Tensors
import Training

/// One saved state: a folder of three files.
///
/// 1. `state.safetensors` has the numbers: `value.NAME`, `first.NAME` and `second.NAME` (the
///    optimizer's moments) and `best.NAME` for each trained parameter; `history.steps` [n, 4] with
///    epoch, loss, rate and gradient norm, `history.validations` [k, 3] with step, loss and quality.
/// 2. `lora-state.json` says where the run stands: step, batch position, generator, best loss; and
///    which run it is.
/// 3. `lora-manifest.json`, written last, has the digest of the former and the fingerprint of the
///    latter's tensors: `{"version": 2, "lora": VERSION, "state": DIGEST, "tensors": FINGERPRINT}`.
///    `version` goes up with every lora whose training has other bits; 1 is lora 0.1.0.
struct StateFile {
  static let tensorsName = "state.safetensors"
  static let stateName = "lora-state.json"
  static let manifestName = "lora-manifest.json"
  private static let version = 2

  let path: String
  /// What it must hold.
  let shape: StateShape

  func write(_ state: RunState<Float>, of run: RunIdentity, synchronizes: Bool) throws {
    let folder = try OutputFolder(
      path: path, options: OutputOptions(force: true, synchronizes: synchronizes))
    do {
      let text = position(of: state, run).indentedText + "\n"
      try folder.write(text, named: Self.stateName)
      let tensors = tensors(of: state)
      try write(tensors, into: folder)
      let manifest = JSONValue(members: [
        ("version", .number(JSONNumber(Self.version))), ("lora", .string(Version.number)),
        ("state", .string(Self.digest(of: text))),
        ("tensors", .string(Self.fingerprint(of: tensors).description)),
      ])
      try folder.write(manifest.indentedText + "\n", named: Self.manifestName)
      try folder.publish()
    } catch {
      folder.discard()
      throw error
    }
  }

  /// Reads the state, every byte of it checked.
  ///
  /// - Throws: `StateError.damaged`, `.otherVersion`, or `ContainerError` for files that cannot be
  ///   read.
  func read() throws -> (state: RunState<Float>, run: JSONValue) {
    let manifest = try JSONValue(contentsOf: Folder.path(path, Self.manifestName))
    try checkVersion(manifest)
    let bytes = try InputFile.contents(
      of: Folder.path(path, Self.stateName), sizeLimit: 64 << 20)
    let text = String(decoding: bytes, as: UTF8.self)
    guard manifest["state"]?.string == Self.digest(of: text) else {
      throw damaged("\(Self.stateName) does not have the digest of the manifest")
    }
    let found = try TensorFile.open(Folder.path(path, Self.tensorsName)).tensors()
    let tensors = found.map { ($0.0.name, $0.1) }
    guard manifest["tensors"]?.string == Self.fingerprint(of: tensors).description else {
      throw damaged("\(Self.tensorsName) does not have the fingerprint of the manifest")
    }
    guard let position = try? JSONValue(parsing: text) else {
      throw damaged("\(Self.stateName) is not JSON")
    }
    let table = Dictionary(
      tensors.map { (ExactString($0.0), $0.1) }, uniquingKeysWith: { first, _ in first })
    return (try state(position, table), position["run"] ?? [:])
  }

  private func checkVersion(_ manifest: JSONValue) throws(StateError) {
    switch manifest["version"]?.int {
    case Self.version: break
    case 1: throw .otherVersion(folder: path, saved: "0.1.0")
    default:
      guard let saved = manifest["lora"]?.string else { throw damaged("its version is unknown") }
      throw .otherVersion(folder: path, saved: saved)
    }
  }

  private func damaged(_ problem: String) -> StateError {
    .damaged(folder: path, problem: problem)
  }

  static func digest(of text: String) -> String {
    text.withBytes { Fingerprint(Digest(of: $0)).description }
  }

  private static func fingerprint(of tensors: [(String, Tensor)]) -> Fingerprint {
    Fingerprint(tensors: tensors.map { ($0.0, Fingerprint($0.1)) })
  }

  private func write(_ tensors: [(String, Tensor)], into folder: OutputFolder) throws {
    let writer = try TensorFileWriter(
      to: .file(try folder.makeFile(named: Self.tensorsName)),
      entries: tensors.map { ($0.0, $0.1.type, $0.1.shape) }, metadata: ["format": "pt"])
    do {
      for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
      try writer.finish()
    } catch {
      writer.discard()
      throw error
    }
  }
}

// MARK: A state as files have it

extension StateFile {
  private func tensors(of state: RunState<Float>) -> [(String, Tensor)] {
    let groups = [
      ("value", state.training.values), ("first", state.training.optimizer.first),
      ("second", state.training.optimizer.second), ("best", state.best.values),
    ]
    var tensors: [(String, Tensor)] = []
    for (kind, values) in groups {
      for (name, values) in zip(shape.names, values) {
        tensors.append(("\(kind).\(name)", Tensor(values, shape: [values.count])))
      }
    }
    let events = state.history.events
    tensors.append(
      (
        "history.steps",
        Tensor(
          events.flatMap { [Double($0.epoch), $0.loss, $0.rate, $0.gradientNorm] },
          shape: [events.count, 4])
      ))
    let validations = state.history.validations
    tensors.append(
      (
        "history.validations",
        Tensor(
          validations.flatMap { [Double($0.step), $0.loss, $0.quality] },
          shape: [validations.count, 3])
      ))
    return tensors
  }

  private func position(of state: RunState<Float>, _ run: RunIdentity) -> JSONValue {
    let training = state.training
    let words = training.batches.generator.words
    return JSONValue(members: [
      ("step", .number(JSONNumber(training.step))),
      ("optimizer_steps", .number(JSONNumber(training.optimizer.steps))),
      ("epoch", .number(JSONNumber(training.batches.epoch))),
      ("row", .number(JSONNumber(training.batches.row))),
      ("generator", .array(words.indices.map { .string(String(words[$0], radix: 16)) })),
      ("best_step", .number(JSONNumber(state.best.step))),
      ("best_loss", state.best.isKnown ? .number(JSONNumber(state.best.loss)) : .null),
      ("worse", .number(JSONNumber(state.best.worse))),
      ("run", run.json),
    ])
  }

  private func state(
    _ position: JSONValue, _ tensors: [ExactString: Tensor]
  ) throws(StateError) -> RunState<Float> {
    RunState(
      training: TrainingState(
        step: try number("step", position), values: try group("value", tensors),
        optimizer: try optimizer(position, tensors), batches: try batches(position)),
      best: BestSoFar(
        step: try number("best_step", position),
        loss: position["best_loss"]?.double ?? .infinity,
        values: try group("best", tensors, mayBeMissing: position["best_loss"]?.double == nil),
        worse: try number("worse", position)),
      history: try history(tensors))
  }

  private func number(_ key: String, _ position: JSONValue) throws(StateError) -> Int {
    guard let value = position[key]?.int, value >= 0 else { throw damaged("no \(key)") }
    return value
  }

  private func group(
    _ kind: String, _ tensors: [ExactString: Tensor], mayBeMissing: Bool = false,
    areEmpty: Bool = false
  ) throws(StateError) -> [[Float]] {
    do throws(StateMismatch) {
      return try shape.values(kind, in: tensors, mayBeMissing: mayBeMissing, areEmpty: areEmpty)
    } catch {
      throw damaged(error.problem)
    }
  }

  private func batches(_ position: JSONValue) throws(StateError) -> BatchPosition {
    let row = try number("row", position)
    guard row < shape.rows else {
      throw damaged("it stands before row \(row + 1) of a table of \(shape.rows)")
    }
    let words = position["generator"]?.array?.compactMap(\.string)
      .compactMap { UInt64($0, radix: 16) }
    guard let words, words.count == 4,
      let generator = Generator(words: [words[0], words[1], words[2], words[3]])
    else { throw damaged("no generator") }
    return BatchPosition(epoch: try number("epoch", position), row: row, generator: generator)
  }

  private func optimizer(
    _ position: JSONValue, _ tensors: [ExactString: Tensor]
  ) throws(StateError) -> OptimizerState<Float> {
    var optimizer = OptimizerState<Float>()
    optimizer.steps = try number("optimizer_steps", position)
    // Nothing is remembered before the first step.
    let isNew = optimizer.steps == 0
    optimizer.first = try group(
      "first", tensors, mayBeMissing: isNew, areEmpty: shape.moments == 0)
    optimizer.second =
      shape.moments == 2 ? try group("second", tensors, mayBeMissing: isNew) : []
    return optimizer
  }

  private func history(
    _ tensors: [ExactString: Tensor]
  ) throws(StateError) -> TrainingHistory {
    func rows(_ name: String, _ width: Int) -> [[Double]] {
      let values = tensors[ExactString("history.\(name)")]?.doubles ?? []
      return stride(from: 0, to: values.count - width + 1, by: width).map {
        Array(values[$0..<$0 + width])
      }
    }
    func whole(_ number: Double) throws(StateError) -> Int {
      guard let whole = Int(exactly: number) else {
        throw damaged("its history has step \(number)")
      }
      return whole
    }
    var history = TrainingHistory()
    for (index, row) in rows("steps", 4).enumerated() {
      history.events.append(
        TrainingEvent(
          step: index + 1, epoch: try whole(row[0]), loss: row[1], rate: row[2],
          gradientNorm: row[3]))
    }
    for row in rows("validations", 3) {
      history.validations.append(
        TrainingHistory.Validation(step: try whole(row[0]), loss: row[1], quality: row[2]))
    }
    return history
  }
}
