import Tensors

/// The low-rank update of one module, and what goes with it.
package struct ModuleUpdate: Sendable {
  /// How the factors lie on the module's weight.
  package enum Kind: Sendable, Equatable {
    /// A `[rank, in, …]`, B `[out, rank, …]`: linear layers, Conv1D and convolutions.
    case weight
    /// A `[rank, rows]`, B `[columns, rank]` of an embedding `[rows, columns]`.
    case embedding
    /// Stacked experts: A `[experts·rank, in]`, B `[out, rank·experts]`, of the parameter that was
    /// wrapped `depth` wrappers before the outermost one: that of this name, by the usual order.
    case parameter(depth: Int, name: String)
  }

  /// What a dialect leaves open about an update, and only the base can settle.
  package enum OpenQuestion: Sendable, Hashable {
    /// The dots of the module's name were replaced by underscores.
    case underscoredName
    /// The name may begin with a part of a pipeline, as `unet.`, that the base does not have.
    case pipelinePart
    /// B's rows lie in the order of llama.cpp's rotary embedding; how many heads?
    case interleavedHeads(HeadKind)
    /// The experts are stacked; the base may hold them one by one.
    case stackedExperts
  }

  /// The module's dotted name, without the adapter's prefix, unless `openQuestions` says otherwise.
  package internal(set) var module: String
  /// The names by which the adapter's settings mean it, where the base's file has another name.
  ///
  /// Several of an update that joins those of several modules; none of one expert out of a stack, which
  /// `target_parameters` names.
  package internal(set) var statedModules: [String]
  package internal(set) var kind: Kind
  package internal(set) var pair: LowRankPair
  /// The rank of one expert for `.parameter`, else of the pair.
  package internal(set) var rank: Int
  /// For `.parameter`: what holds for each parameter of the module that it can belong to.
  var parameterSettings: [String: AdapterConfiguration.ParameterSettings] = [:]
  /// `lora_B.bias`, `[out]`: scaled and added to the module's bias.
  package let upBias: Tensor?
  /// DoRA's magnitude vector.
  package let magnitude: Tensor?
  /// What the magnitudes are the lengths of: outputs, but for some of LyCORIS'.
  package internal(set) var magnitudeAxis: ChannelVector.Axis
  /// The adapter tensors this came from: A, B and what goes with them.
  package internal(set) var tensorNames: [String]
  /// Empty in an adapter that was resolved against its base.
  package internal(set) var openQuestions: Set<OpenQuestion> = []

  package init(
    module: String, kind: Kind, pair: LowRankPair, rank: Int, upBias: Tensor? = nil,
    magnitude: Tensor? = nil, tensorNames: [String], openQuestions: Set<OpenQuestion> = [],
    statedModules: [String]? = nil, magnitudeAxis: ChannelVector.Axis = .outputs
  ) {
    (self.module, self.kind, self.pair, self.rank) = (module, kind, pair, rank)
    self.statedModules = statedModules ?? [module]
    (self.upBias, self.magnitude) = (upBias, magnitude)
    (self.tensorNames, self.openQuestions) = (tensorNames, openQuestions)
    self.magnitudeAxis = magnitudeAxis
  }

  /// The update of the module's parameter of this name; nil when it cannot be that one's.
  func updating(parameter: String) -> ModuleUpdate? {
    guard !parameterSettings.isEmpty else { return self }
    guard let settings = parameterSettings[parameter] else { return nil }
    var result = self
    result.rank = settings.rank
    result.pair = LowRankPair(down: pair.down, up: pair.up, scaling: settings.scaling)
    return result
  }

  package var parameterCount: Int {
    [pair.down, pair.up, upBias, magnitude].reduce(0) { $0 + ($1?.shape.elementCount ?? 0) }
  }

  /// The name of A, by which errors call the update.
  package var name: String { tensorNames[0] }

  /// The name of the magnitudes.
  package var magnitudeName: String {
    tensorNames.first { $0.contains("lora_magnitude_vector") || $0.hasSuffix(".dora_scale") }
      ?? name
  }

  /// The name of one of the update's tensors.
  package func name(endingIn ending: String, containing part: String = "") -> String {
    tensorNames.first { $0.hasSuffix(ending) && (part.isEmpty || $0.contains(part)) } ?? name
  }
}

extension ModuleUpdate.Kind {
  /// Whether the update is of a stacked parameter.
  package var isParameter: Bool {
    if case .parameter = self { true } else { false }
  }

  /// What `rank_pattern` and `alpha_pattern` call the update of `module`.
  func patternName(of module: String) -> String {
    if case .parameter(_, let name) = self { module + "." + name } else { module }
  }
}
