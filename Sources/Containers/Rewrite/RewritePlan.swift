import Tensors

/// A checkpoint to be made from another one: which tensors, in which files, from what.
package struct RewritePlan: Sendable {
  /// One tensor on its way: what is read, what is made of it, what is written.
  package struct Step: Sendable {
    package enum Origin: Sendable {
      /// A tensor of the source.
      case source(Checkpoint.Location)
      /// A tensor in memory.
      case memory(Tensor)
      /// A tensor of another file, which can be read anywhere.
      case stored(StoredTensor)
      /// What the nearest step before that is not of this kind leaves when it is done.
      case companion(Recoding.Companion)
      /// Nothing that is read on its way: the transform finds what it needs by itself.
      case made
    }

    package let origin: Origin
    /// Whether these are the bytes by which the source is known: each of its tensors once.
    package let isFingerprinted: Bool
    /// What is written, its range counted from its own start; nil when the tensor is only read.
    package let result: TensorEntry?
    /// Makes the result's bytes from the origin's; nil when they are the same.
    package let transform: (any TensorTransform)?
    /// How elements lie on both sides where their types do not tell.
    package var coding: (elementCount: Int, bits: Recoding.ElementBits)?

    /// Whether the result is a tensor of a file, byte for byte.
    package var isCopy: Bool {
      guard result != nil, transform == nil else { return false }
      switch origin {
      case .source, .stored: return true
      case .memory, .companion, .made: return false
      }
    }
  }

  /// One file of the result.
  package struct Shard: Sendable {
    package let fileName: String
    package let steps: [Step]

    package var results: [TensorEntry] { steps.compactMap(\.result) }
  }

  package let shards: [Shard]

  package var steps: [Step] { shards.flatMap(\.steps) }

  package var results: [TensorEntry] { shards.flatMap(\.results) }

  /// Tensors of the source that the result has no more.
  var namesLeftOut: [String] {
    let kept = Set(results.map { ExactString($0.name) })
    return steps.compactMap { step in
      guard step.result == nil, case .source(let location) = step.origin,
        !kept.contains(ExactString(location.entry.name))
      else { return nil }
      return location.entry.name
    }
  }

  /// Plans the result.
  ///
  /// - Parameters:
  ///   - source: The checkpoint to read.
  ///   - layout: Whose shards and order of tensors the result takes; often the source itself.
  ///   - changes: What differs from a copy.
  ///   - sharding: How tensors are spread over files.
  /// - Throws: `CheckpointProblem.missingCounterpart` or `.otherForm` when source and layout do not
  ///   have the same tensors.
  package init(
    _ source: Checkpoint, like layout: Checkpoint, changes: RewriteChanges = RewriteChanges(),
    sharding: Sharding = .asBefore
  ) throws(ContainerError) {
    var shards: [Shard] = []
    for shard in layout.shards {
      var steps: [Step] = []
      for entry in shard.file.header.entriesByOffset {
        steps += changes.steps(for: try source.counterpart(of: entry), as: entry)
        for addition in changes.additions where addition.source == entry.name {
          steps.append(try changes.step(for: addition, of: source))
        }
      }
      shards.append(Shard(fileName: shard.fileName, steps: steps))
    }
    for entry in source.entries where layout.location(named: entry.name) == nil {
      throw ContainerError(
        file: layout.path, tensor: entry.name, .checkpoint(.missingCounterpart(source.path)))
    }
    self.shards = sharding.spread(shards, layout.names)
  }
}

/// What a rewrite changes; the rest is copied.
package struct RewriteChanges: Sendable {
  /// By tensor name.
  package var transforms: [ExactString: any TensorTransform] = [:]
  /// The type of each result; nil keeps every tensor's own.
  package var type: DType?
  /// Tensors that take the place of the source's, perhaps in another shape.
  package var brought: [ExactString: Tensor] = [:]
  /// Tensors that the result has beyond the source's.
  package var additions: [Addition] = []
  /// Tensors that are stored in another coding.
  package var recodings: [ExactString: Recoding] = [:]
  /// Tensors in whose place others are copied; with none they are left out.
  package var substitutes: [ExactString: [StoredTensor]] = [:]
  /// Tensors in whose place another is made, perhaps under another name.
  package var made: [ExactString: MadeTensor] = [:]

  /// A tensor made from one of the source's, which stays.
  package struct Addition: Sendable {
    package let name: String
    package let source: String

    package init(name: String, copying source: String) {
      self.name = name
      self.source = source
    }
  }

  package init() {}

  /// The type that a tensor of `type` has in the result: only floating-point ones change.
  package func resultType(of type: DType) -> DType {
    guard let wanted = self.type, type.floatFormat != nil else { return type }
    return wanted
  }

  fileprivate func steps(
    for location: Checkpoint.Location, as entry: TensorEntry
  ) -> [RewritePlan.Step] {
    if let made = made[ExactString(entry.name)] {
      return [Self.reading(location), made.step]
    }
    if let stored = substitutes[ExactString(entry.name)] {
      return [Self.reading(location)] + stored.map { Self.copying($0) }
    }
    if let recoding = recodings[ExactString(entry.name)] {
      return Self.steps(for: recoding, of: location)
    }
    guard let tensor = brought[ExactString(entry.name)] else {
      return [step(.source(location), entry.name, entry.type, entry.shape, isFingerprinted: true)]
    }
    return [
      Self.reading(location),
      step(.memory(tensor), entry.name, tensor.type, tensor.shape, isFingerprinted: false),
    ]
  }

  fileprivate func step(
    for addition: Addition, of source: Checkpoint
  ) throws(ContainerError) -> RewritePlan.Step {
    guard let location = source.location(named: addition.source) else {
      throw ContainerError(
        file: source.path, tensor: addition.source, .checkpoint(.missingCounterpart(nil)))
    }
    let entry = location.entry
    return step(
      .source(location), addition.name, entry.type, entry.shape, isFingerprinted: false)
  }

  private static func reading(_ location: Checkpoint.Location) -> RewritePlan.Step {
    RewritePlan.Step(
      origin: .source(location), isFingerprinted: true, result: nil, transform: nil)
  }

  private func step(
    _ origin: RewritePlan.Step.Origin, _ name: String, _ type: DType, _ shape: Shape,
    isFingerprinted: Bool
  ) -> RewritePlan.Step {
    let resultType = resultType(of: type)
    let size = shape.byteCount(of: resultType) ?? 0
    return RewritePlan.Step(
      origin: origin, isFingerprinted: isFingerprinted,
      result: TensorEntry(name: name, type: resultType, shape: shape, range: 0..<size),
      transform: transforms[ExactString(name)] ?? conversion(name, type, resultType))
  }

  private func conversion(
    _ name: String, _ type: DType, _ result: DType
  ) -> (any TensorTransform)? {
    guard type != result, let from = type.floatFormat, let to = result.floatFormat else {
      return nil
    }
    return ConversionTransform(name, from: from, to: to)
  }
}

extension RewriteChanges {
  fileprivate static func copying(_ stored: StoredTensor) -> RewritePlan.Step {
    RewritePlan.Step(
      origin: .stored(stored), isFingerprinted: false, result: stored.entry.alone, transform: nil)
  }

  fileprivate static func steps(
    for recoding: Recoding, of location: Checkpoint.Location
  ) -> [RewritePlan.Step] {
    func entry(_ name: String, _ type: DType, _ shape: Shape) -> TensorEntry {
      TensorEntry(name: name, type: type, shape: shape, range: 0..<(shape.byteCount(of: type) ?? 0))
    }
    var main = RewritePlan.Step(
      origin: .source(location), isFingerprinted: true,
      result: entry(location.entry.name, recoding.type, recoding.shape),
      transform: recoding.transform)
    main.coding = (recoding.elementCount, recoding.bits)
    return [main]
      + recoding.companions.map { companion in
        RewritePlan.Step(
          origin: .companion(companion), isFingerprinted: false,
          result: entry(companion.name, companion.type, companion.shape), transform: nil)
      }
  }
}

extension TensorEntry {
  /// The same tensor, its range counted from its own start.
  fileprivate var alone: TensorEntry {
    TensorEntry(name: name, type: type, shape: shape, range: 0..<byteCount)
  }
}

extension Checkpoint {
  /// This checkpoint's tensor for one of another, alike in name, type and shape.
  package func counterpart(of entry: TensorEntry) throws(ContainerError) -> Location {
    guard let found = location(named: entry.name) else {
      throw ContainerError(
        file: path, tensor: entry.name, .checkpoint(.missingCounterpart(nil)))
    }
    guard found.entry.type == entry.type, found.entry.shape == entry.shape else {
      throw ContainerError(
        file: path, tensor: entry.name,
        .checkpoint(
          .otherForm(
            expected: "\(entry.type.rawValue) \(entry.shape)",
            found: "\(found.entry.type.rawValue) \(found.entry.shape)")))
    }
    return found
  }
}
