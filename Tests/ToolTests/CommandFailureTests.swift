import ArgumentParser
import Containers
import LoRACommand
import Tensors
import Testing

private struct Complaint: ReportableError {
  let category: FailureCategory
  let description: String
}

private struct Surprise: Error, CustomStringConvertible {
  var description: String { "surprise\nof two lines" }
}

@Suite struct CommandFailureTests {
  @Test(arguments: [
    (FailureCategory.different, Int32(1)), (.wrongUsage, 64), (.badData, 65), (.missingInput, 66),
    (.bug, 70), (.outOfResources, 71), (.cannotCreate, 73), (.inputOutput, 74), (.busy, 75),
    (.noPermission, 77),
  ])
  func `a reportable error says its line and ends with its category`(
    _ category: FailureCategory, _ exitCode: Int32
  ) {
    let failure = CommandFailure(
      Complaint(category: category, description: "f: bad; repair it"), arguments: [])
    #expect(failure.errorLines == ["lora: error: f: bad; repair it"])
    #expect(failure.exitCode == exitCode)
    #expect(failure.output == "")
  }

  @Test func `a line break in an error does not make two lines`() {
    let failure = CommandFailure(
      Complaint(category: .badData, description: "f:\n  bad\u{1B}[31m\r\n\nrepair it"),
      arguments: [])
    #expect(failure.errorLines == ["lora: error: f: bad\\u{1b}[31m repair it"])
  }

  @Test func `errors of one plan get a line each and the first one's exit code`() {
    let errors = [
      Complaint(category: .missingInput, description: "a: missing"),
      Complaint(category: .badData, description: "b: bad"),
    ]
    let failure = CommandFailure(ErrorList(errors), arguments: [])
    #expect(failure.errorLines == ["lora: error: a: missing", "lora: error: b: bad"])
    #expect(failure.exitCode == 66)
  }

  @Test(arguments: [
    (20, 20, "19"), (21, 21, "and 1 more error of the same plan"),
    (23, 21, "and 3 more errors of the same plan"),
  ])
  func `of many errors the first twenty are listed`(_ count: Int, _ lines: Int, _ last: String) {
    let errors = (0..<count).map { Complaint(category: .badData, description: "\($0)") }
    let failure = CommandFailure(ErrorList(errors), arguments: [])
    #expect(failure.errorLines.count == lines)
    #expect(failure.errorLines.last == "lora: error: " + last)
  }

  @Test func `an error nobody expected is called a bug`() {
    let failure = CommandFailure(Surprise(), arguments: [])
    #expect(failure.exitCode == 70)
    #expect(
      failure.errorLines == [
        "lora: error: internal error, please report it: surprise of two lines"
      ])
  }

  @Test(arguments: [(Int32(1), Int32(129)), (2, 130), (15, 143)])
  func `a signal is one line and 128 more than its number`(_ signal: Int32, _ exitCode: Int32) {
    let failure = CommandFailure(
      ContainerError(file: "", .interrupted(signal: signal)), arguments: [])
    #expect(
      failure.errorLines == [
        "lora: error: stopped by signal \(signal); what was not complete is removed"
      ])
    #expect(failure.exitCode == exitCode)
  }

  @Test func `a closed pipe ends without a word`() {
    let failure = CommandFailure(
      ContainerError(file: "standard output", .output(.closedPipe)), arguments: [])
    #expect(failure.errorLines == [])
    #expect(failure.exitCode == 141)
  }

  @Test func `an exit code that was thrown is the exit code`() {
    let failure = CommandFailure(ExitCode(1), arguments: [])
    #expect(failure.errorLines == [])
    #expect(failure.exitCode == 1)
  }
}
