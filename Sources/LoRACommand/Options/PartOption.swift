import Adapters
import ArgumentParser

/// Which part of an image or video model's adapter is meant.
struct PartOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Take one part of an adapter of an image model, whose other parts have their weights in another \
      file: unet (also transformer), te1, te2 or te3. The report names what is left out.
      """, valueName: "part"))
  var part: PartArgument?

  var value: ModelPart? { part?.part }
}

/// A part as `--part` spells it.
struct PartArgument: ExpressibleByArgument, Equatable {
  let part: ModelPart

  init?(argument: String) {
    guard let part = ModelPart(word: argument) else { return nil }
    self.part = part
  }

  var defaultValueDescription: String { part.word }

  static let allValueStrings = ModelPart.allCases.map(\.word)
}
