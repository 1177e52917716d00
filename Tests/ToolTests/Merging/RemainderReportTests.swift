import TestSupport
import Testing

@Suite struct RemainderReportTests {
  /// Six weights of 96 × 96 in bf16.
  private static let targeted = 6 * 96 * 96 * 2

  /// Runs `script` and gives its lines.
  private func lines(_ script: String, in site: CrashSite) throws -> [String] {
    let result = try Tool.shell(script, in: site.folder.root)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(arguments: ["merge base.safetensors", "swap in-place/old/w.safetensors"])
  func `a report names the remainder, its size and its share of the weights`(
    _ command: String
  ) throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let lines = try lines(
        """
        "$LORA" \(command) b -o x.safetensors \(command.hasPrefix("merge") ? "--reversible" : "") \
          --json > report.json
        grep -o '"remainder[a-z_]*": [^,]*' report.json
        "$LORA" inspect x.safetensors --json | grep -o '"remainder": .*'
        stat -c %s x.safetensors.remainder.safetensors
        """, in: site)
      let size = try #require(lines.last.flatMap { Int($0) })
      let share = Double(size) / Double(Self.targeted)
      let name = #""x.safetensors.remainder.safetensors""#
      #expect(
        lines.dropLast() == [
          #""remainder": \#(name)"#, #""remainder_bytes": \#(size)"#,
          #""remainder_share": \#(share)"#,
          #""remainder": \#(name), "bytes": \#(size), "share": \#(share)}"#,
        ])
    }
  }

  @Test func `inspect shows the remainder of a folder, and that one is gone`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let lines = try lines(
        """
        "$LORA" inspect shards-in-place/old/w --summary | grep -A 1 remainder
        rm shards-in-place/old/w/lora_remainder.safetensors
        "$LORA" inspect shards-in-place/old/w --json | grep -o '"remainder": .*'
        """, in: site)
      let name = "shards-in-place/old/w/lora_remainder.safetensors"
      #expect(lines.count == 3)
      #expect(lines[1].hasPrefix(name) && lines[1].hasSuffix(" %"))
      #expect(lines[2] == #""remainder": "\#(name)", "bytes": null, "share": null}"#)
    }
  }

  @Test func `what is not reversible is refused with a way that is`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try Tool.shell(
        #""$LORA" merge base.safetensors b -o x.safetensors --reversible --quiet --dtype f32"#,
        in: site.folder.root)
      #expect(result.exitCode == 65)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains("changes the type of the weights is not reversible"))
      #expect(result.errorText.contains("unmerge --base"))
      #expect(!folder.holds("x.safetensors"))
    }
  }
}
