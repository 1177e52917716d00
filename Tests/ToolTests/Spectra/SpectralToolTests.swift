import TestSupport
import Testing

@Suite struct SpectralToolTests {
  @Test func `the tutorial's table shows its true figures`() throws {
    let result = try Tool.run([
      "spectrum", Fixtures.path("spectrum/tutorial-256/matrix.safetensors"),
    ])
    #expect(result.exitCode == 0)
    let rows = result.text.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    }
    for (rank, energy, parameters) in [
      ("1", "18.726", "512"), ("2", "34.695", "1,024"), ("4", "61.171", "2,048"),
      ("8", "99.998", "4,096"),
    ] {
      #expect(rows.contains { Array($0.prefix(3)) == [rank, energy, parameters] }, "\(rank)")
    }
  }

  @Test func `spectra go out as JSON, CSV and SVG`() throws {
    try ScratchFolder.with { scratch in
      let adapter = Fixtures.path("combine/adapters/style")
      let json = try LooseJSON(
        parsing: Array(
          try Tool.run([
            "spectrum", adapter, "--json", "--chart", scratch.path("chart.svg"),
          ]).text.utf8))
      #expect(json["kind"]?.text == "adapter")
      #expect(json["tensors"]?.items?.count == 3)
      let values = try #require(json["tensors"]?[0]?["singular_values"]?.items)
      let energies = try #require(json["tensors"]?[0]?["cumulative_energy"]?.items)
      #expect(values.count == 4 && energies.last?.number == 1)
      let svg = String(decoding: try scratch.read("chart.svg"), as: UTF8.self)
      #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
      let csv = try Tool.run(["spectrum", adapter, "--csv"]).text.split(separator: "\n")
      #expect(csv.first == "tensor,rank,singular_value,energy,parameters,share")
      #expect(csv.count == 1 + 12)
      let first = csv[1].split(separator: ",")
      #expect(first[0] == "0" && Double(first[2]) == values[0].number)
    }
  }

  @Test func `extract, merge, resize, combine and diff tell one story`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        set -e
        $LORA extract $PAIR/base $PAIR/tuned --rank 8 -o a --quiet
        $LORA merge $PAIR/base a -o again --quiet
        $LORA diff $PAIR/tuned again --tolerance 0.02 --quiet
        $LORA extract $PAIR/base $PAIR/tuned --rank 8 --only-matrices -o pairs --quiet
        $LORA resize pairs --rank 4 -o small --quiet
        $LORA combine pairs@1 small@-1 -o rest --quiet
        $LORA combine small rest -o sum --quiet
        $LORA diff pairs sum --tolerance 1e-6 --json
        """, in: scratch.root, environment: ["PAIR": Fixtures.path("spectrum/extract-f32")])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let json = try LooseJSON(parsing: Array(result.text.utf8))
      #expect(json["equal"] == .flag(true))
      #expect(json["compared"]?.number == 2)
    }
  }

  @Test func `a difference is exit status 1, and says where`() throws {
    let pair = Fixtures.path("spectrum/extract-f32")
    let result = try Tool.run(["diff", pair + "/base", pair + "/tuned", "--json"])
    #expect(result.exitCode == 1)
    #expect(result.errorText == "")
    let text = try Tool.run(["diff", pair + "/base", pair + "/tuned"])
    #expect(text.exitCode == 1 && text.errorText == "")
    #expect(text.text.contains("3072 of 3072 elements differ"))
    let json = try LooseJSON(parsing: Array(result.text.utf8))
    let verdicts = json["tensors"]?.items?.map { $0["verdict"]?.text }
    #expect(verdicts == ["different", "different", "equal", "different"])
    #expect(try Tool.run(["diff", pair + "/base", pair + "/base"]).exitCode == 0)
  }

  @Test func `a checkpoint on stdin is read once, from front to back`() throws {
    let pair = Fixtures.path("spectrum/extract-f32")
    let result = try Tool.shell(
      "cat \(pair)/base/model.safetensors | $LORA diff - \(pair)/base/model.safetensors --json")
    #expect(result.exitCode == 0)
    let spectra = try Tool.shell(
      "cat \(pair)/base/model.safetensors | $LORA spectrum - \(pair)/tuned --json")
    #expect(spectra.exitCode == 0)
  }
}

/// Two adapters beside each other, as a person asks.
@Suite struct AdapterDiffTests {
  @Test func `two adapters are held side by side, and their files with --stored`() throws {
    try ScratchFolder.with { scratch in
      let adapter = Fixtures.path("merge/mlp-plain/adapter")
      try #require(
        try Tool.run(
          ["combine", adapter + "@2", "-o", "double", "--quiet"], in: scratch.root
        ).exitCode == 0)
      let result = try Tool.run(["diff", adapter, "double", "--json"], in: scratch.root)
      #expect(result.exitCode == 1 && result.errorText == "")
      let overlap = try LooseJSON(parsing: result.output)["overlap"]
      #expect(overlap?["verdict"]?.text == "nearly the same update")
      #expect(abs((overlap?["norm_ratio"]?.number ?? 0) - 2) < 1e-5)
      #expect(abs((overlap?["cosine"]?.number ?? 0) - 1) < 1e-9)
      #expect(overlap?["modules"]?.items?.count == 3)
      let equal = try Tool.run(["diff", adapter, adapter], in: scratch.root)
      #expect(equal.exitCode == 0)
      let stored = try Tool.run(
        ["diff", adapter, "double", "--stored", "--json"], in: scratch.root)
      #expect(stored.exitCode == 1)
      let tensors = try LooseJSON(parsing: stored.output)["tensors"]?.items
      #expect(tensors?.contains { $0["tensor"]?.text?.hasSuffix("lora_A.weight") ?? false } == true)
    }
  }

  @Test func `inspect --audit measures an adapter, and refuses what is none`() throws {
    let adapter = Fixtures.path("merge/mlp-plain/adapter")
    let result = try Tool.run(["inspect", adapter, "--audit", "--json"])
    #expect(result.exitCode == 0)
    let file = try LooseJSON(parsing: result.output)["files"]?.items?.first
    #expect(file?["audit"]?["modules"]?.items?.count == 3)
    #expect(file?["audit"]?["thresholds"]?["deviations"]?.number == 5)
    let other = try Tool.run(["inspect", Fixtures.path("merge/bases/mlp-f32"), "--audit"])
    #expect(other.exitCode == 65)
    #expect(other.errorText.contains("holds no adapter to audit"))
  }
}
