import TestSupport
import Testing

@Suite struct RecoverTests {
  /// Kills a swap at one write and then runs `script`.
  private func afterKill(
    atWrite number: Int, ring: Int = 40_000, _ script: String, in site: CrashSite
  ) throws -> ProcessResult {
    try Tool.shell(
      """
      cp in-place/old/* .
      { strace -f -o /dev/null -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=\(number) \
        "$LORA" swap w.safetensors b --in-place --quiet --threads 1; } > /dev/null 2>&1
      [ "$(od -An -tx1 -j7 -N1 w.safetensors)" = ' ff' ] || { echo 'not torn'; exit 9; }
      \(script)
      """, in: site.folder.root, environment: ["LORA_JOURNAL_RING": "\(ring)"])
  }

  /// The write that overwrites a chunk of the third turn.
  ///
  /// Before it: six codes to the spool, a header and six tensors of the remainder, the journal, the
  /// poison, and two turns of two chunks, each kept and overwritten.
  private static let thirdTurn = 6 + 7 + 1 + 1 + 8 + 4

  @Test(.enabled(if: Facility.strace.isHere, "\(Facility.strace.need)"))
  func `a torn file is refused until it is recovered, with what is missing named`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try afterKill(
        atWrite: Self.thirdTurn,
        """
        "$LORA" inspect w.safetensors; echo $?
        "$LORA" merge w.safetensors a -o x.safetensors; echo $?
        mv b moved; md5sum w.safetensors > torn
        "$LORA" recover w.safetensors; echo $?
        md5sum -c --quiet torn
        "$LORA" recover w.safetensors --adapter a; echo $?
        md5sum -c --quiet torn
        "$LORA" recover w.safetensors --adapter moved --quiet; echo $?
        cmp w.safetensors in-place/new/w.safetensors
        cmp w.safetensors.remainder.safetensors in-place/new/w.safetensors.remainder.safetensors
        ls -A | grep -c '^\\.w'
        """, in: site)
      #expect(result.text == "65\n65\n65\n65\n0\n0\n", "\(result.text)")
      let lines = result.errorLines
      #expect(lines.count == 4, "\(result.errorText)")
      for line in lines.prefix(2) { #expect(line.contains("run `lora recover`")) }
      for line in lines.suffix(2) { #expect(line.contains("/b") && line.contains("--adapter")) }
    }
  }

  @Test(.enabled(if: Facility.strace.isHere, "\(Facility.strace.need)"))
  func `a command that changes the file in place recovers it first`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try afterKill(
        atWrite: Self.thirdTurn,
        """
        "$LORA" unmerge w.safetensors --in-place --quiet; echo $?
        cmp w.safetensors base.safetensors
        """, in: site)
      #expect(result.text == "0\n", "\(result.text)")
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains("an interrupted change in place came first; finished"))
    }
  }

  @Test(.enabled(if: Facility.strace.isHere, "\(Facility.strace.need)"))
  func `a tensor that is read whole first is finished from the journal`() throws {
    try ScratchFolder.with { folder in
      // One tensor of 2 MiB in two chunks: the second is made when the first is overwritten.
      let site = try CrashSite(in: folder, layers: 1, width: 1024, hasMagnitudes: true)
      let result = try afterKill(
        atWrite: 2 + 3 + 1 + 1 + 2 + 2, ring: 1 << 20,
        """
        "$LORA" recover w.safetensors --quiet; echo $?
        cmp w.safetensors in-place/new/w.safetensors && echo new
        """, in: site)
      #expect(result.text == "0\nnew\n", "\(result.text)\(result.errorText)")
    }
  }

  @Test func `there is nothing to recover where nothing was interrupted`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try Tool.shell(
        """
        echo leftover > .base.safetensors.lora-journal
        "$LORA" recover base.safetensors --json | grep -o 'nothing to recover'
        ls -A | grep journal
        printf '\\xff' | dd of=base.safetensors bs=1 seek=7 conv=notrunc 2> /dev/null
        "$LORA" recover base.safetensors; echo $?
        """, in: site.folder.root)
      #expect(result.text == "nothing to recover\n65\n")
      #expect(result.errorText.contains("its journal is gone"))
    }
  }
}
