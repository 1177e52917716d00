import AdapterSamples
import Testing
import TestSupport

/// Adapters with one thing wrong: refused in one line that names it and what to do, nothing written.
struct WrongAdapterTests {
  @Test func `there are at least forty`() {
    #expect(WrongAdapter.all.count >= 40)
  }

  /// Without this the refusals below could come from the drafts themselves.
  @Test(arguments: [AdapterDraft.Form.peftFolder, .mlxFolder, .kohya, .gguf])
  func `the adapter they are made from merges`(_ form: AdapterDraft.Form) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let path = try AdapterDraft(form).write(in: scratch)
      let result = try Tool.run(
        ["merge", model.basePath, path, "-o", scratch.path("out"), "--quiet"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(scratch.holds("out"))
    }
  }

  @Test(arguments: WrongAdapter.all)
  func `a wrong adapter is refused in one line`(_ wrong: WrongAdapter) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      var draft = AdapterDraft(wrong.form)
      wrong.spoil(&draft)
      let path = try draft.write(in: scratch)
      let before = try scratch.names()
      let result = try Tool.run(
        ["merge", model.basePath, path, "-o", scratch.path("out"), "--quiet"])
      #expect(result.exitCode == 65, "\(result.errorText)")
      #expect(result.errorLines.count == 1, "\(result.errorText)")
      #expect(result.errorText.hasPrefix("lora: error: \(path)"), "\(result.errorText)")
      for text in wrong.says {
        #expect(result.errorText.contains(text), "\(text) is missing in: \(result.errorText)")
      }
      #expect(result.text == "")
      #expect(try scratch.names() == before, "nothing is written")
    }
  }
}
