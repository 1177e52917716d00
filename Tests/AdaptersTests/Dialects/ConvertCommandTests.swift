import Adapters
import AdapterSamples
import Testing
import TestSupport

/// `lora convert`, and the other commands on what it writes.
struct ConvertCommandTests {
  private static func fileName(_ format: String) -> String {
    switch format {
    case "kohya": "out.safetensors"
    case "gguf": "out.gguf"
    default: "out"
    }
  }

  @Test(arguments: [
    ("peft", "PEFT"), ("kohya", "kohya/diffusers"), ("mlx", "mlx-lm"), ("gguf", "GGUF"),
  ])
  func `what is converted is inspected, merged, verified and taken out`(
    _ format: String, _ dialect: String
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let adapter = try AdapterDraft(.peftFolder).write(in: scratch)
      let output = scratch.path(Self.fileName(format))
      func run(_ arguments: String...) throws -> ProcessResult {
        let result = try Tool.run(arguments)
        #expect(result.exitCode == 0, "\(arguments): \(result.errorText)")
        return result
      }
      let report = try LooseJSON(
        parsing: try run(
          "convert", adapter, "--to", format, "--base", model.basePath, "-o", output, "--json"
        ).output)
      #expect(report["exact"] == .flag(true))
      #expect(report["modules"]?.number == 2)
      #expect(report["to"]?.text == dialect)
      let found = try LooseJSON(
        parsing: try run("inspect", output, "--check", "--base", model.basePath, "--json").output)
      let summary = found["files"]?[0]?["adapter"]
      #expect(summary?["dialect"]?.text == dialect)
      #expect(summary?["rank"]?.items == [.number(4)])
      #expect(summary?["scaling"]?.items == [.number(2)])
      #expect(summary?["module_count"]?.number == 2)
      let merged = scratch.path("merged")
      _ = try run("merge", model.basePath, output, "-o", merged, "--quiet")
      _ = try run("verify", merged, "--base", model.basePath)
      _ = try run("unmerge", merged, "--base", model.basePath, "-o", scratch.path("back"))
      _ = try run("unmerge", merged, "--approximate", "-o", scratch.path("near"))
      let direct = try model.merged(adapter)
      let differing = try model.merged(output).filter { direct[$0.key] != $0.value }.map(\.key)
      #expect(differing == [])
    }
  }

  @Test(arguments: [
    (["--to", "gguf"], AdapterDraft.Form.peftFolder, Int32(65), "give --base"),
    (["--to", "peft"], .kohya, 65, "give --base"),
    (["--to", "peft"], .gguf, 65, "give --base"),
    (["--to", "kohya", "--uniform"], .peftFolder, 64, "--uniform is for --to peft"),
    (["--to", "onnx"], .peftFolder, 64, "onnx"),
  ])
  func `what cannot be converted is one line and no output`(
    _ options: [String], _ form: AdapterDraft.Form, _ exitCode: Int32, _ words: String
  ) throws {
    try ScratchFolder.with { scratch in
      let adapter = try AdapterDraft(form).write(in: scratch)
      let result = try Tool.run(["convert", adapter, "-o", scratch.path("out")] + options)
      #expect(result.exitCode == exitCode)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains(words), "\(result.errorText)")
      #expect(!scratch.holds("out"))
    }
  }

  @Test func `an adapter on a changed base keeps its secret only in PEFT`() throws {
    try ScratchFolder.with { scratch in
      var draft = AdapterDraft(.peftFolder)
      draft.set("init_lora_weights", "pissa")
      let adapter = try draft.write(in: scratch)
      let result = try Tool.run([
        "convert", adapter, "--to", "kohya", "-o", scratch.path("out.safetensors"),
      ])
      #expect(result.exitCode == 65)
      #expect(result.errorText.contains("pissa"))
      #expect(!scratch.holds("out.safetensors"))
    }
  }

  @Test(arguments: ["peft", "kohya", "gguf"])
  func `stdout gets the bytes of the file`(_ format: String) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let adapter = try AdapterDraft(.peftFolder).write(in: scratch)
      let name = format == "gguf" ? "out.gguf" : "out.safetensors"
      let options = ["--to", format, "--base", model.basePath]
      let file = try Tool.run(["convert", adapter, "-o", scratch.path(name)] + options)
      let stream = try Tool.run(["convert", adapter, "-o", "-"] + options)
      #expect(file.exitCode == 0 && stream.exitCode == 0)
      let isSame = try scratch.read(name) == stream.output
      #expect(isSame)
    }
  }

  @Test func `an output that exists is kept`() throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let adapter = try AdapterDraft(.peftFolder).write(in: scratch)
      try scratch.write("mine", to: "out.gguf")
      let arguments = [
        "convert", adapter, "--to", "gguf", "--base", model.basePath, "-o",
        scratch.path("out.gguf"),
      ]
      #expect(try Tool.run(arguments).exitCode == 73)
      #expect(try scratch.read("out.gguf") == Array("mine".utf8))
      #expect(try Tool.run(arguments + ["--force"]).exitCode == 0)
      #expect(try AdapterFile.open(scratch.path("out.gguf")).dialect == .gguf)
    }
  }
}
