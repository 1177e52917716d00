import ArgumentParser
import LoRACommand
import Tensors
import TestSupport
import Testing

@Suite struct ErrorLineTests {
  @Test(arguments: [
    (["mrge"], "there is no command 'mrge'; the nearest is 'merge'; see 'lora help'"),
    (["--frobnicate"], "unknown option '--frobnicate'; see 'lora help'"),
  ])
  func `wrong usage is one line that points to the help`(_ arguments: [String], _ message: String)
    throws
  {
    let result = try Tool.run(arguments)
    #expect(result.exitCode == 64)
    #expect(result.text == "")
    #expect(result.errorText == "lora: error: " + message + "\n")
  }

  @Test func `help that meets a full device is an error`() throws {
    let result = try Tool.shell("$LORA --help > /dev/full")
    #expect(result.exitCode == 74)
    #expect(result.errorLines.count == 1)
    #expect(result.errorText.hasPrefix("lora: error: standard output: "))
  }

  @Test func `a reader that goes away is met with silence`() throws {
    let result = try Tool.shell(
      "(sleep 0.2; $LORA --help) | true; echo ${PIPESTATUS[0]}")
    #expect(result.text == "141\n")
    #expect(result.errorText == "")
  }
}
