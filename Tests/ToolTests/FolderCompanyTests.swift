import TestSupport
import Testing

/// What lies in a model's folder beside its weights.
@Suite struct FolderCompanyTests {
  @Test(arguments: [
    "convert m -o o", "merge m \(Fixtures.path("merge/llama-plain/adapter")) -o o",
    "quantize m -o o",
  ])
  func `whatever does not go along into a new folder is named`(_ command: String) throws {
    try ScratchFolder.with { scratch in
      try scratch.copy(Fixtures.path("merge/bases/llama-f32"), as: "m")
      let quiet = try Tool.shell("$LORA \(command) --quiet", in: scratch.root)
      #expect(quiet.exitCode == 0 && quiet.errorText == "", "\(quiet.errorText)")
      try scratch.write("{}", to: "m/1_Pooling/config.json")
      try scratch.write("[]", to: "m/modules.json")
      try scratch.write("", to: "m/pytorch_model.bin")
      try scratch.write("", to: "m/.gitattributes")
      let result = try Tool.shell("$LORA \(command) --quiet --force", in: scratch.root)
      #expect(result.exitCode == 0)
      #expect(
        result.errorText == "lora: warning: m: these do not go along into o: 1_Pooling/, "
          + "pytorch_model.bin; copy those that the model needs\n")
      #expect(scratch.holds("o/modules.json"))
      let file = try Tool.shell(
        "$LORA \(command).safetensors --quiet", in: scratch.root)
      #expect(file.errorText == "")
    }
  }
}
