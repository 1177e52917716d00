import TestSupport
import Testing

@Suite struct InPlaceTests {
  private func run(
    _ script: String, in site: CrashSite, timeout: Double = 120
  ) throws -> ProcessResult {
    try Tool.shell(
      script, in: site.folder.root, environment: CrashSite.environment, timeout: timeout)
  }

  @Test func `in place or not, the bits are the same, and the base comes back`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try run(
        """
        set -e
        cp base.safetensors w.safetensors
        "$LORA" merge w.safetensors a --in-place --reversible --quiet
        cmp w.safetensors in-place/old/w.safetensors
        cmp w.safetensors.remainder.safetensors in-place/old/w.safetensors.remainder.safetensors
        "$LORA" swap w.safetensors b --in-place --quiet
        cmp w.safetensors in-place/new/w.safetensors
        "$LORA" verify w.safetensors --base base.safetensors --quiet
        "$LORA" swap w.safetensors a --in-place --base base.safetensors --quiet
        "$LORA" verify w.safetensors --base base.safetensors --quiet
        "$LORA" unmerge w.safetensors --in-place --base base.safetensors --quiet
        cmp w.safetensors base.safetensors
        ls -A | grep w.safetensors
        """, in: site)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.text == "w.safetensors\n")
    }
  }

  @Test func `a sharded folder changes as a whole`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try run(
        """
        set -e
        "$LORA" convert base.safetensors -o m --shard-size 50KB --quiet
        cp -r m before
        "$LORA" merge m a -o after --reversible --quiet
        "$LORA" merge m a --in-place --reversible --quiet
        diff -r m after
        "$LORA" unmerge m --in-place --quiet
        diff -r m before
        """, in: site)
      #expect(result.exitCode == 0, "\(result.text)\(result.errorText)")
    }
  }

  @Test(
    arguments: [
      ("exec 3< w.safetensors", 75, "open or mapped in another process"),
      ("ln w.safetensors other", 73, "has 2 hard links"),
      ("mv w.safetensors x; ln -s x w.safetensors", 73, "is a symbolic link to x"),
      ("gzip w.safetensors; mv w.safetensors.gz w.safetensors", 65, "is compressed"),
      ("mkdir .w.safetensors.lora-journal", 73, "something else bears that name"),
      ("exec 3< w.safetensors; flock 3", 75, "is being changed by another process"),
    ] as [(String, Int32, String)])
  func `what cannot be changed safely is refused, and left as it was`(
    _ preparation: String, _ code: Int32, _ text: String
  ) throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try run(
        """
        cp in-place/old/* .
        \(preparation)
        md5sum w.safetensors > before
        "$LORA" swap w.safetensors b --in-place --quiet
        code=$?
        md5sum -c --quiet before || exit 1
        exit $code
        """, in: site)
      #expect(result.exitCode == code, "\(result.text)\(result.errorText)")
      #expect(result.errorText.contains(text), "\(result.errorText)")
      #expect(result.errorLines.count == 1)
    }
  }

  @Test func `a header without room is refused with the command that makes some`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      // As other tools write: not a byte between the header and the weights.
      let size = 96 * 96 * 2
      let entries = (0..<6).map { layer in
        #""model.layers.\#(layer).self_attn.q_proj.weight":{"dtype":"BF16","shape":[96,96],"#
          + #""data_offsets":[\#(layer * size),\#((layer + 1) * size)]}"#
      }
      try folder.write(
        RawSafetensors.bytes(
          header: "{" + entries.joined(separator: ",") + "}",
          data: [UInt8](repeating: 0x3C, count: 6 * size)),
        to: "tight.safetensors")
      let result = try run(
        """
        "$LORA" merge tight.safetensors a --in-place --quiet; echo $?
        "$LORA" convert tight.safetensors -o roomy.safetensors --quiet &&
          "$LORA" merge roomy.safetensors a --in-place --quiet; echo $?
        """, in: site)
      #expect(result.text == "73\n0\n")
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains("lora convert FILE -o NEW"))
    }
  }

  @Test func `with --force a file that is open elsewhere is changed`() throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let result = try run(
        """
        cp in-place/old/* .; exec 3< w.safetensors
        "$LORA" swap w.safetensors b --in-place --force --quiet &&
          cmp w.safetensors in-place/new/w.safetensors
        """, in: site)
      #expect(result.exitCode == 0, "\(result.errorText)")
    }
  }

  @Test func `of two changes at once, one is done and the other leaves with 75`() throws {
    try ScratchFolder.with { folder in
      // Enough turns that a second process starts long before the first one ends.
      let site = try CrashSite(in: folder, layers: 60)
      let count = Laboratory.isLong ? 1000 : 5
      let result = try run(
        """
        cp in-place/old/* .
        for ((i = 0; i < \(count); i++)); do
          new=b; [ $((i % 2)) = 0 ] || new=a
          "$LORA" swap w.safetensors $new --in-place --quiet 2> first.txt & first=$!
          "$LORA" swap w.safetensors $new --in-place --quiet 2> second.txt; second=$?
          wait $first; first=$?
          [ "$first $second" = '0 75' ] || [ "$first $second" = '75 0' ] ||
            { echo "round $i: $first and $second"; cat first.txt second.txt; }
          grep -q 'is being changed by another process' first.txt second.txt ||
            { echo "round $i: another reason"; cat first.txt second.txt; }
          "$LORA" verify w.safetensors --base base.safetensors --quiet || echo "round $i: differs"
        done
        ls -A | grep -c '^\\.w'
        """, in: site, timeout: 3600)
      let failures = result.text.split(separator: "\n").count { $0.hasPrefix("round") }
      Laboratory.note("two changes at once", count, failures)
      #expect(result.text == "0\n", "\(result.text)")
    }
  }
}
