import ArgumentParser

/// Whether text is read as a conversation, and how it becomes one.
struct ChatOptions: ParsableArguments {
  @Flag(help: "Write the text as a conversation, with the model's chat template.")
  var chat = false

  @OptionGroup var template: TemplateOptions

  func validate() throws {
    guard !chat, let option = template.given else { return }
    throw ValidationError("\(option) goes with --chat")
  }
}
