import AdapterSamples
import Containers
import JSON
import TestSupport
import Testing

/// Settings of an adapter that nobody here follows.
@Suite struct UnknownSettingTests {
  @Test(arguments: [
    ("use_newlora", JSONValue.bool(true), true),
    ("newlora_config", JSONValue(members: [("gate", 2)]), true),
    ("use_rslra", true, true), ("newlora_rank", 0, true), ("newlora_kind", "deep", true),
    ("use_newlora", false, false), ("newlora_config", .null, false),
    ("newlora_config", JSONValue(members: []), false), ("newlora_kind", "", false),
    ("newlora_list", .array([]), false), ("layer_replication", .array([]), false),
    ("alora_invocation_tokens", .array([]), false), ("enable_lora", .array([]), false),
  ])
  func `a merge names those in use, and no others`(
    _ setting: String, _ value: JSONValue, _ isNamed: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      var draft = AdapterDraft(.peftFolder)
      draft.set(setting, value)
      let path = try draft.write(in: scratch)
      let commands = [
        "merge \(model.basePath) \(path)", "convert \(path) --to kohya", "resize \(path) --rank 2",
        "combine \(path)@0.5 \(path)@0.5",
      ]
      for command in commands {
        let result = try Tool.shell(
          "$LORA \(command) -o \(scratch.path("out.safetensors")) --quiet --force")
        #expect(result.exitCode == 0, "\(result.errorText)")
        let line = "lora: warning: \(path): setting \"\(setting)\" is in use and is not known here"
        #expect(result.errorText.hasPrefix(line) == isNamed, "\(result.errorText)")
        let count = command.hasPrefix("combine") ? 2 : 1
        #expect(result.errorLines.count == (isNamed ? count : 0))
      }
    }
  }

  @Test(arguments: [
    ("alpha", JSONValue.number(16.0), "mlx-lm of April to June 2024 multiplied"),
    ("scael", 3, "setting \"lora_parameters.scael\" is in use"),
  ])
  func `so do those of mlx-lm`(_ name: String, _ value: JSONValue, _ said: String) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      var draft = AdapterDraft(.mlxFolder)
      draft.set(
        "lora_parameters", [("rank", 4), ("scale", 2), (name, value)].asObject)
      let path = try draft.write(in: scratch)
      let result = try Tool.run(
        ["merge", model.basePath, path, "-o", scratch.path("out"), "--quiet"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.errorLines.count == 1 && result.errorText.contains(said))
    }
  }
}
