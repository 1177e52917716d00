import Foundation
import Kernels
import LoRACommand
import TestSupport
import Testing

/// What a process takes from its environment: instruction set, cores, and the library for LAPACK.
@Suite struct EnvironmentTests {
  private static let variable = InstructionSet.variable
  private static let adapter = Fixtures.path("version-0.1.0/adapter")
  private static let none = ["LORA_LAPACK": "/no/library.so"]

  @Test(arguments: InstructionSet.available)
  func `the version says which instruction set is in use`(_ set: InstructionSet) throws {
    let result = try Tool.run(["--version"], environment: [Self.variable: set.rawValue])
    #expect(result.exitCode == 0)
    #expect(result.text == "lora 0.2.0 (\(set.rawValue))\n")
    #expect(result.errorText == "")
  }

  @Test func `without a word the fastest set is in use`() throws {
    let fastest = try #require(InstructionSet.available.last)
    let result = try Tool.run(["--version"], environment: [Self.variable: ""])
    #expect(result.text == "lora \(Version.number) (\(fastest.rawValue))\n")
  }

  @Test(arguments: [["--version"], ["help"], ["inspect", adapter]])
  func `an instruction set that is not there is refused by its name`(_ arguments: [String]) throws {
    let there = InstructionSet.available.map(\.rawValue)
    let missing = InstructionSet.allCases.map(\.rawValue).filter { !there.contains($0) }
    let unknown = "no instruction set that lora knows"
    let words =
      missing.map { ($0, "which this processor does not have") }
      + ["AVX2", "sse"].map { ($0, unknown) }
    for (word, problem) in words {
      let result = try Tool.run(arguments, environment: [Self.variable: word])
      #expect(result.exitCode == 64)
      #expect(result.text == "")
      #expect(
        result.errorText == "lora: error: LORA_INSTRUCTION_SET is \(word), \(problem); give one of "
          + there.joined(separator: ", ") + "\n")
    }
  }

  @Test(arguments: [
    ("bases/llama-bf16", "llama-bf16-all-linear"), ("bases/llama-f16", "llama-f16"),
    ("bases/gpt2-f32", "gpt2-dora"),
  ])
  func `every instruction set merges to the same bytes`(base: String, name: String) throws {
    try ScratchFolder.with { scratch in
      let adapter = Fixtures.path("merge/\(name)/adapter")
      for set in InstructionSet.available {
        let result = try Tool.run(
          [
            "merge", Fixtures.path("merge/\(base)"), adapter, "-o", "out.safetensors", "--quiet",
            "--reversible", "--force",
          ], in: scratch.root, environment: [Self.variable: set.rawValue])
        #expect(result.exitCode == 0, "\(result.errorText)")
        let files = ["out.safetensors", "out.safetensors.remainder.safetensors"]
        for file in files {
          let bytes = try scratch.read(file)
          if scratch.holds("first-\(file)") {
            #expect(try scratch.read("first-\(file)") == bytes, "\(file) by \(set)")
          } else {
            try scratch.write(bytes, to: "first-\(file)")
          }
        }
      }
    }
  }

  @Test(arguments: [
    ["spectrum", adapter], ["explore", adapter, "-o", "out"], ["diff", adapter, adapter],
    ["resize", adapter, "--rank", "1", "-o", "out"],
    ["combine", adapter, adapter, "-o", "out"],
    [
      "extract", Fixtures.path("spirals/base"), Fixtures.path("version-0.1.0/merged.safetensors"),
      "--rank", "1", "-o", "out",
    ],
    [
      "train", TrainingStoryTests.base, TrainingStoryTests.plain, "--init", "pissa", "--rank", "1",
      "-o", "out",
    ],
  ])
  func `a command that decomposes says what to install where LAPACK is missing`(
    _ arguments: [String]
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run(arguments, in: scratch.root, environment: Self.none)
      #expect(result.exitCode == 71)
      #expect(result.text == "")
      #expect(result.errorLines.count == 1)
      let line = result.errorText
      #expect(
        line.hasPrefix("lora: error: LAPACK is needed and cannot be loaded (/no/library.so: ")
          && line.contains("; install OpenBLAS (Debian and Ubuntu: libopenblas0; "), "\(line)")
      #expect(!scratch.holds("out"))
    }
  }

  @Test func `a library without LAPACK is none`() throws {
    // The C library, by a name that the loader knows wherever the tests run.
    #if os(Linux)
      let result = try Tool.run(
        ["spectrum", Self.adapter], environment: ["LORA_LAPACK": "libc.so.6"])
      #expect(result.exitCode == 71)
      #expect(result.errorText.contains("(libc.so.6: has no LAPACK)"), "\(result.errorText)")
    #endif
  }

  @Test func `a merge needs no LAPACK, and the program is linked with none`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run(
        ["merge", Fixtures.path("spirals/base"), Self.adapter, "-o", "out", "--quiet"],
        in: scratch.root, environment: Self.none)
      #expect(result.exitCode == 0, "\(result.errorText)")
    }
    #if os(Linux)
      let libraries = try Tool.shell(#"ldd "$LORA""#).text
      #expect(libraries.contains("libc.so") && !libraries.contains("blas"), "\(libraries)")
    #endif
  }

  @Test func `decompositions give no warning, whatever kernels the user chooses`() throws {
    for type in ["", "Prescott", "Haswell"] {
      let result = try Tool.run(
        ["spectrum", Self.adapter], environment: ["OPENBLAS_CORETYPE": type])
      #expect(result.exitCode == 0)
      #expect(result.errorText == "")
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")))
  func `the cores that a process is bound to are the threads it takes`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        taskset -c 0 "$LORA" train \(TrainingStoryTests.base) \(TrainingStoryTests.plain) --steps 1 \
          -o out --json | grep -o '"threads": [0-9]*'
        """, in: scratch.root)
      #expect(result.text == "\"threads\": 1\n", "\(result.errorText)")
    }
  }

  @Test(arguments: [("pissa", true), ("olora", true), ("orthogonal", true), ("kaiming", false)])
  func `a run that begins with a decomposition says that its bits are the machine's`(
    method: String, decomposes: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      let arguments = [
        "train", TrainingStoryTests.base, TrainingStoryTests.plain, "--init", method, "--rank", "2",
        "--steps", "1", "-o", "out", "--force",
      ]
      let result = try Tool.run(arguments, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(
        result.errorText.contains("whose last bits, and so this run's, are the machine's")
          == decomposes)
      let json = try Tool.run(arguments + ["--json"], in: scratch.root).text
      #expect(json.contains(#""decomposer": "LAPACK ("#) == decomposes)
      #expect(json.contains(#""decomposer": null"#) != decomposes)
    }
  }
}
