import Adapters
import AdapterSamples
import Containers
import JSON
import Kernels
import Merging
import Models
import Tensors
import TestSupport
import Testing

/// A square module in a base, and how the weight lies there.
private struct SquareModule: Sendable, CustomTestStringConvertible {
  let module: String
  /// Its `model_type`; nil for a base without `config.json`.
  let type: String?
  /// What the base has beside it.
  let others: [(name: String, shape: Shape)]
  /// Nil where only the adapter can tell.
  let isTurned: Bool?

  var testDescription: String { "\(module), \(type ?? "no config"), \(others.map(\.name))" }

  init(
    _ module: String, _ type: String?, _ isTurned: Bool?,
    beside others: [(name: String, shape: Shape)] = []
  ) {
    (self.module, self.type, self.isTurned, self.others) = (module, type, isTurned, others)
  }
}

private let gpt2: [(name: String, shape: Shape)] = [
  ("h.0.attn.c_attn.weight", [4, 12]), ("h.0.attn.c_attn.bias", [12]),
]
private let starcoder: [(name: String, shape: Shape)] = [
  ("h.0.attn.c_attn.weight", [12, 4]), ("h.0.attn.c_attn.bias", [12]),
]

private let modules = [
  SquareModule("model.layers.0.self_attn.q_proj", "llama", false),
  SquareModule("model.layers.0.self_attn.q_proj", nil, false),
  SquareModule("encoder.layer.0.attention.self.query", "bert", false),
  SquareModule("blocks.0.mixer", "something", false),
  SquareModule("h.0.attn.c_proj", "gpt2", true),
  SquareModule("h.0.mlp.c_fc", "imagegpt", true),
  SquareModule("lm_head", "gpt2", false),
  SquareModule("h.0.attn.c_proj", "qwen", false),
  SquareModule("h.0.attn.c_proj", "gpt_bigcode", false, beside: starcoder),
  // A decoder inside another model, and files without a configuration: biases show it.
  SquareModule("decoder.h.0.attn.c_proj", "vision-encoder-decoder", true, beside: gpt2),
  SquareModule("h.0.attn.c_proj", nil, true, beside: gpt2),
  SquareModule("h.0.attn.c_proj", nil, false, beside: starcoder),
  SquareModule("h.0.attn.c_proj", nil, nil),
  SquareModule("blocks.0.mixer", nil, nil),
]

@Suite struct LayerOrientationTests {
  @Test(arguments: modules, [false, true])
  private func `on a square weight the base's kind of layer decides, and a wrong setting is named`(
    _ square: SquareModule, stated: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      let (n, weight) = (4, AdapterDraft.tensor([4, 4], seed: 5))
      try scratch.write("", to: "base/README.md")
      try TinyLlama.write(
        [(square.module + ".weight", weight)]
          + square.others.map { ($0.name, AdapterDraft.tensor($0.shape)) },
        to: scratch.path("base/model.safetensors"))
      if let type = square.type {
        try scratch.write("{\"model_type\": \"\(type)\"}", to: "base/config.json")
      }
      var sample = SampleAdapter([(square.module, n, n)], scale: 1)
      sample.settings.append(("fan_in_fan_out", .bool(stated)))
      let (merged, summary) = try sample.merge(into: scratch.path("base"), as: "out", in: scratch)

      let isTurned = square.isTurned ?? stated
      let (a, b) = (sample.tensors[0].tensor.doubles ?? [], sample.tensors[1].tensor.doubles ?? [])
      let found = try merged.shards[0].file.tensor(
        try #require(merged.location(named: square.module + ".weight")).entry)
      for (index, (value, old)) in zip(found.doubles ?? [], weight.doubles ?? []).enumerated() {
        let (row, column) = (index / n, index % n)
        let (output, input) = isTurned ? (column, row) : (row, column)
        let delta = 1.5 * (0..<2).reduce(0.0) { $0 + b[output * 2 + $1] * a[$1 * n + input] }
        #expect(abs(value - old - delta) <= 1e-5)
      }
      let notes = summary.notes.filter { $0.contains("fan_in_fan_out is \(stated)") }
      #expect(notes.count == (isTurned == stated ? 0 : 1), "\(summary.notes)")
    }
  }

  @Test func `GPT-2's weights that are not square are turned whatever the setting says`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write("{\"model_type\": \"gpt2\"}", to: "base/config.json")
      try TinyLlama.write(
        [("h.0.mlp.c_fc.weight", AdapterDraft.tensor([4, 16]))],
        to: scratch.path("base/model.safetensors"))
      let sample = SampleAdapter([("h.0.mlp.c_fc", 4, 16)])
      #expect(
        try sample.merge(into: scratch.path("base"), as: "out", in: scratch).1.changed == 1)
    }
  }
}
