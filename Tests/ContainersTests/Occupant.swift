import Containers
import Tensors
import Testing

/// What bears the name of an output, made by a line of shell.
struct Occupant: Sendable, CustomTestStringConvertible {
  let about: String
  let script: String
  var options = OutputOptions()
  let expected: OutputProblem?
  let category: FailureCategory?

  var testDescription: String { about }

  static let all: [Occupant] = [
    Occupant(about: "nothing", script: ":", expected: nil, category: nil),
    Occupant(
      about: "a file", script: "echo old > out", expected: .exists, category: .cannotCreate),
    Occupant(
      about: "a file, forced", script: "echo old > out", options: forced, expected: nil,
      category: nil),
    Occupant(
      about: "a link", script: "echo old > target; ln -s target out", options: forced,
      expected: .isLink(to: "target"), category: .cannotCreate),
    Occupant(
      about: "a link to nothing", script: "ln -s target out", expected: .isLink(to: "target"),
      category: .cannotCreate),
    Occupant(
      about: "a link, followed", script: "echo old > target; ln -s target out",
      options: OutputOptions(force: true, followsLinks: true), expected: nil, category: nil),
    Occupant(
      about: "a link to nothing, followed", script: "mkdir f; ln -s f/target out",
      options: OutputOptions(followsLinks: true), expected: nil, category: nil),
    Occupant(
      about: "a link to a file, followed and not forced",
      script: "echo old > target; ln -s target out", options: OutputOptions(followsLinks: true),
      expected: .exists, category: .cannotCreate),
    Occupant(
      about: "a link to itself", script: "ln -s out out",
      options: OutputOptions(force: true, followsLinks: true), expected: .linkLoop,
      category: .cannotCreate),
    Occupant(
      about: "two hard links", script: "echo old > out; ln out other", options: forced,
      expected: .hardLinks(count: 2), category: .cannotCreate),
    Occupant(
      about: "a read-only file", script: "echo old > out; chmod 444 out", options: forced,
      expected: .readOnly, category: .noPermission),
    Occupant(
      about: "a folder", script: "mkdir out", options: forced, expected: .isFolder,
      category: .cannotCreate),
    Occupant(
      about: "a pipe", script: "mkfifo out", options: forced, expected: .isSpecial,
      category: .cannotCreate),
    Occupant(
      about: "a link in the place of the temporary", script: "ln -s target .out.lora-tmp",
      expected: .foreignTemporary(".out.lora-tmp"), category: .cannotCreate),
    Occupant(
      about: "a folder in the place of the temporary", script: "mkdir .out.lora-tmp",
      expected: .foreignTemporary(".out.lora-tmp"), category: .cannotCreate),
    Occupant(
      about: "a pipe in the place of the temporary", script: "mkfifo .out.lora-tmp",
      expected: .foreignTemporary(".out.lora-tmp"), category: .cannotCreate),
    Occupant(
      about: "a hard link in the place of the temporary",
      script: "echo precious > file; ln file .out.lora-tmp",
      expected: .foreignTemporary(".out.lora-tmp"), category: .cannotCreate),
    Occupant(
      about: "an orphan of a killed run", script: "head -c 100000 /dev/zero > .out.lora-tmp",
      expected: nil, category: nil),
  ]

  private static let forced = OutputOptions(force: true)
}
