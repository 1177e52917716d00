import TestSupport
import Testing

@Suite struct InspectTests {
  private let sample = RawSafetensors.bytes(
    header: #"{"__metadata__":{"format":"pt"},"0.weight":{"dtype":"F32","shape":[2,3],"#
      + #""data_offsets":[0,24]},"0.bias":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]},"#
      + #""step":{"dtype":"I64","shape":[],"data_offsets":[28,36]}}"#,
    data: [UInt8](repeating: 0, count: 24) + [0x80, 0x7F, 0xC0, 0x7F]
      + [UInt8](repeating: 1, count: 8))

  @Test func `a file is told by its header`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(sample, to: "model.safetensors")
      let result = try Tool.run(["inspect", "model.safetensors"], in: scratch.root)
      #expect(result.errorText == "")
      #expect(
        result.text == """
          model.safetensors
            kind         checkpoint
            form         file
            on disk      257 B
            tensor data  36 B
            tensors      3
            parameters   9

            metadata
              format  pt

            dtype  tensors  parameters  bytes
            F32          1           6   24 B
            BF16         1           2    4 B
            I64          1           1    8 B

            tensor    dtype  shape   bytes
            0.weight  F32    [2, 3]   24 B
            0.bias    BF16   [2]       4 B
            step      I64    []        8 B

          """)
    }
  }

  @Test func `json has every fact under a name of its own`() throws {
    let result = try Tool.run(["inspect", "--json", "--check", "-"], input: sample)
    #expect(result.errorText == "")
    #expect(
      result.text == """
        {
          "files": [
            {
              "path": "-",
              "kind": "checkpoint",
              "form": "stream",
              "compression": null,
              "file_bytes": null,
              "bytes": 36,
              "tensor_count": 3,
              "parameters": 9,
              "check": {
                "read_bytes": 36,
                "fingerprint": "309cc6e46948858033e531382cd35d8d",
                "non_finite_count": 2,
                "non_finite": [
                  {"tensor": "0.bias", "count": 2}
                ]
              },
              "metadata": {"format": "pt"},
              "totals": [
                {"dtype": "F32", "tensors": 1, "parameters": 6, "bytes": 24},
                {"dtype": "BF16", "tensors": 1, "parameters": 2, "bytes": 4},
                {"dtype": "I64", "tensors": 1, "parameters": 1, "bytes": 8}
              ],
              "tensors": [
                {"name": "0.weight", "dtype": "F32", "shape": [2, 3], "bytes": 24, "file": null},
                {"name": "0.bias", "dtype": "BF16", "shape": [2], "bytes": 4, "file": null},
                {"name": "step", "dtype": "I64", "shape": [], "bytes": 8, "file": null}
              ]
            }
          ]
        }

        """)
    #expect(try LooseJSON(parsing: result.output)["files"]?[0]?["bytes"]?.number == 36)
  }

  @Test func `layers that are alike are listed together unless each is asked for`() throws {
    let layers = (0..<24).flatMap { layer in
      ["up", "down"].map { ("layers.\(layer).\($0).weight", "F16", [4, 2], 16) }
    }
    let file = RawSafetensors.zeros(layers + [("norm", "F32", [2], 8)])
    let grouped = try Tool.run(["inspect", "-"], input: file)
    #expect(
      grouped.text.hasSuffix(
        """
          tensor                      count  dtype  shape   bytes
          layers.{0..23}.up.weight       24  F16    [4, 2]  384 B
          layers.{0..23}.down.weight     24  F16    [4, 2]  384 B
          norm                            1  F32    [2]       8 B

        """))
    let each = try Tool.run(["inspect", "--tensors", "-"], input: file)
    #expect(each.text.contains("  layers.17.down.weight  F16    [4, 2]   16 B\n"))
    let summary = try Tool.run(["inspect", "--summary", "-"], input: file)
    #expect(!summary.text.contains("layers"))
    #expect(summary.text.contains("  F16         48         384  768 B\n"))
  }

  @Test func `a file of 14 GB is told from its header`() throws {
    try ScratchFolder.with { scratch in
      let size = 14_000_000_000
      let header =
        #"{"w":{"dtype":"BF16","shape":[70000,100000],"data_offsets":[0,14000000000]}}"#
      try scratch.write(RawSafetensors.bytes(header: header), to: "big.safetensors")
      // A second of processor time is ample for a header and far too little for 14 GB.
      let result = try Tool.shell(
        "truncate -s \(8 + header.utf8.count + size) big.safetensors && ulimit -t 1 && "
          + "$LORA inspect --summary big.safetensors", in: scratch.root)
      #expect(result.exitCode == 0)
      #expect(result.text.contains("  tensor data  13.0 GiB (14,000,000,000 bytes)\n"))
      #expect(result.text.contains("  parameters   7,000,000,000\n"))
    }
  }

  @Test func `all files are shown, and then what is wrong with the others`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(sample, to: "a.safetensors")
      try scratch.write(sample.dropLast(), to: "b.safetensors")
      try scratch.write("x,y,label\n1,2,0\n", to: "c.csv")
      let result = try Tool.run(
        ["inspect", "--summary", "b.safetensors", "c.csv", "missing", "a.safetensors"],
        in: scratch.root)
      #expect(result.exitCode == 65)
      #expect(result.text.hasPrefix("a.safetensors\n"))
      #expect(result.errorLines.count == 3)
      #expect(result.errorLines[0].hasPrefix("lora: error: b.safetensors: "))
      #expect(
        result.errorLines[1] == "lora: error: c.csv: is a table in text form, which inspect does "
          + "not read; use it as the DATA of 'lora train' or 'lora eval'")
      #expect(result.errorLines[2] == "lora: error: missing: no such file; check the path")
    }
  }

  @Test func `a tensor's name cannot command the terminal`() throws {
    let file = RawSafetensors.bytes(
      header: #"{"\u001b[31m\n":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)
    let result = try Tool.run(["inspect", "-"], input: file)
    #expect(result.text.contains("\n  \\u{1b}[31m\\n  U8     [0]      0 B\n"))
  }

  @Test func `a reader that closes early is met with silence`() throws {
    let layers = (0..<20_000).map { ("layers.\($0).weight", "U8", [1], 1) }
    let result = try Tool.shell(
      "$LORA inspect --tensors - | head -c 100 > /dev/null; echo ${PIPESTATUS[0]}",
      input: RawSafetensors.zeros(layers))
    #expect(result.text == "141\n")
    #expect(result.errorText == "")
  }

  @Test func `a full device is an error`() throws {
    let result = try Tool.shell("$LORA inspect - > /dev/full", input: sample)
    #expect(result.exitCode == 74)
    #expect(result.errorLines.count == 1)
  }

  @Test func `a signal ends the wait for a stream`() throws {
    try ScratchFolder.with { scratch in
      // The start of a longer header. It does not fit into a pipe: when all of it has been taken,
      // the reader is at work. Signals are sent until it has ended, as one may come just before
      // the wait begins.
      let start = [0, 0, 0x10, 0, 0, 0, 0, 0] + "{".utf8 + [UInt8](repeating: 0x20, count: 300_000)
      try scratch.write(start, to: "start")
      let result = try Tool.shell(
        """
        mkfifo pipe
        (cat start; touch taken; exec sleep 60) > pipe &
        (bash -c 'echo $$ > id; exec "$LORA" inspect -' < pipe; echo $? > status) &
        until [ -e taken ]; do sleep 0.02; done
        until [ -e status ]; do kill -TERM $(cat id); sleep 0.05; done 2> /dev/null
        cat status
        """, in: scratch.root)
      #expect(result.text == "143\n")
      #expect(
        result.errorText == "lora: error: stopped by signal 15; what was not complete is removed\n")
    }
  }
}
