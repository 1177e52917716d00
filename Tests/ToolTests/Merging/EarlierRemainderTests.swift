import Containers
import TestSupport
import Testing

/// Merges that lora 0.1.0 wrote.
@Suite struct EarlierRemainderTests {
  /// The longest codes are those that 0.1.0 wrote and could not read.
  @Test(arguments: ["plain", "longest"])
  func `what 0.1.0 merged comes out, and the same remainder is written still`(
    name: String
  ) throws {
    try ScratchFolder.with { scratch in
      try scratch.copy(Fixtures.path("remainder/" + name), as: "then")
      let result = try Tool.shell(
        """
        set -e
        cd then
        "$LORA" unmerge merged.safetensors -o restored.safetensors --quiet
        "$LORA" merge base.safetensors adapter -o now.safetensors --reversible --quiet
        cmp merged.safetensors.remainder.safetensors now.safetensors.remainder.safetensors
        """, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let files = try ["base", "restored", "merged", "now"].map { name in
        try tensors(of: scratch.path("then/\(name).safetensors"))
      }
      #expect(files[1] == files[0])
      #expect(files[3] == files[2] && files[2] != files[0])
    }
  }

  /// The bytes of each tensor.
  private func tensors(of path: String) throws -> [String: [UInt8]] {
    let file = try TensorFile.open(path)
    var tensors: [String: [UInt8]] = [:]
    for entry in file.header.entries {
      var bytes = [UInt8](repeating: 0, count: entry.byteCount)
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try file.read(at: entry.range.lowerBound, into: &bytes)
      }
      tensors[entry.name] = bytes
    }
    return tensors
  }
}
