import Adapters
import Containers
import Tensors
import Testing
import TestSupport

/// Adapters and bases of image models that do not go together: one line, that says what to do.
struct WrongImageAdapterTests {
  private static let folder = Fixtures.path("images/merge/")
  private static let bases = [
    "sd15": folder + "bases/sd15/v1-5-tiny.safetensors",
    "sdxl": folder + "bases/sdxl/sdxl-tiny.safetensors",
    "sdxl-unet": folder
      + "sdxl-diffusers-unet-kohya/base/diffusion_pytorch_model.fp16.safetensors",
    "flux": folder + "flux-bfl-comfy/base/flux-tiny.safetensors",
    "flux-diffusers": folder + "flux-diffusers-kohya/base/diffusion_pytorch_model.safetensors",
    "sd3": folder + "sd3-ckpt-diffusers/base/sd3-tiny.safetensors",
    "ltx": folder + "ltx-ckpt-diffusion-model/base/ltx-tiny.safetensors",
    "zimage": folder + "zimage-comfy-aitoolkit/base/z_image_tiny.safetensors",
  ]

  private static func merge(
    _ adapter: String, into base: String, _ options: [String] = []
  ) throws -> ProcessResult {
    try ScratchFolder.with { scratch in
      let path = adapter.hasPrefix("/") ? adapter : folder + adapter + "/adapter.safetensors"
      let output = scratch.path("out.safetensors")
      let result = try Tool.run(
        ["merge", bases[base] ?? "", path, "-o", output, "--quiet"] + options)
      #expect(scratch.holds("out.safetensors") == (result.exitCode == 0))
      return result
    }
  }

  @Test(arguments: [
    ("sdxl-ldm-kohya", "sd15", "is an adapter of SDXL, and the base is Stable Diffusion 1"),
    ("sdxl-ldm-diffusers", "sd15", "SDXL, and the base is Stable Diffusion 1"),
    ("sd15-ldm-kohya-c3lier", "sdxl", "and the base is SDXL"),
    ("sd15-ldm-kohya", "flux", "Stable Diffusion 1 or Stable Diffusion 2, and the base is Flux"),
    ("sdxl-ldm-kohya", "sd3", "SDXL, and the base is Stable Diffusion 3"),
    ("flux-bfl-diffusers", "sd3", "and the base is Stable Diffusion 3"),
    ("flux-bfl-onetrainer", "sd3", "and the base is Stable Diffusion 3"),
    ("flux-ckpt-kohya", "sdxl", "and the base is SDXL"),
    ("flux-bfl-xlabs", "sd3", "is an adapter of Flux, and the base is Stable Diffusion 3"),
    ("flux-bfl-fal", "zimage", "and the base is Z-Image"),
    ("wan-diffusion-model-AB", "flux", "is an adapter of Wan, and the base is Flux"),
    ("wan-fun", "flux-diffusers", "is an adapter of Wan, and the base is Flux"),
    ("wan-ckpt-musubi", "ltx", "is an adapter of Wan, and the base is LTX-Video"),
    ("qwen-image-lightning", "flux", "is an adapter of Qwen-Image, and the base is Flux"),
    ("qwen-image-default", "sd3", "is an adapter of Qwen-Image"),
    ("zimage-comfy-aitoolkit", "sdxl", "is an adapter of Z-Image, and the base is SDXL"),
    ("ltx-ckpt-diffusion-model", "sd15", "is an adapter of LTX-Video"),
    ("sd3-ckpt-diffusers", "sdxl", "and the base is SDXL"),
    ("hunyuanvideo-diffusion-pipe", "zimage", "is an adapter of HunyuanVideo"),
    ("sdxl-ldm-kohya", "sdxl-unet", "give --part unet to merge that alone"),
  ])
  func `a wrong base is told in one line`(
    _ adapter: String, _ base: String, _ said: String
  ) throws {
    let result = try Self.merge(adapter, into: base)
    #expect(result.exitCode == 65)
    #expect(result.errorLines.count == 1, "\(result.errorText)")
    #expect(result.errorText.contains(said), "\(result.errorText)")
  }

  @Test func `one part is merged, and the report names what is left`() throws {
    let result = try Self.merge("sdxl-ldm-kohya", into: "sdxl-unet", ["--part", "unet"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.errorText.contains("modules of text encoder 1 (te1)"), "\(result.errorText)")
    let other = try Self.merge("sdxl-ldm-kohya", into: "sdxl", ["--part", "te3"])
    #expect(other.exitCode == 65 && other.errorText.contains("it has unet, te1, te2"))
  }

  @Test func `a part of a reversible merge comes out again`() throws {
    let base = try #require(Self.bases["sdxl-unet"])
    try ScratchFolder.with { scratch in
      let (merged, back) = (scratch.path("m.safetensors"), scratch.path("b.safetensors"))
      let adapter = Self.folder + "sdxl-ldm-kohya/adapter.safetensors"
      let arguments = [
        ["merge", base, adapter, "--part", "unet", "--reversible", "-o", merged],
        ["verify", merged, "--base", base], ["unmerge", merged, "-o", back],
      ]
      for command in arguments {
        let result = try Tool.run(command + ["--quiet"])
        #expect(result.exitCode == 0, "\(command[0]): \(result.errorText)")
      }
      #expect(try Checkpoint.open(back).allTensors() == Checkpoint.open(base).allTensors())
    }
  }

  @Test(arguments: [
    ("kohya", "transformer.unheard_of.proj", "is of no image or video model that is known here"),
    ("diffusers", "diffusion_model.unheard_of.proj", "is of no image or video model"),
    ("comfy", "lora_unet_unheard_of_proj", "give --base"),
  ])
  func `names that nobody reads are not written`(
    _ format: String, _ module: String, _ said: String
  ) throws {
    try ScratchFolder.with { scratch in
      let path = scratch.path("adapter.safetensors")
      let factors = [
        (name: module + ".lora_down.weight", type: "F32", shape: [2, 4], byteCount: 32),
        (name: module + ".lora_up.weight", type: "F32", shape: [4, 2], byteCount: 32),
      ]
      try scratch.write(RawSafetensors.zeros(factors), to: "adapter.safetensors")
      let result = try Tool.run([
        "convert", path, "--to", format, "-o", scratch.path("out.safetensors"),
      ])
      #expect(result.exitCode == 65 && result.errorLines.count == 1)
      #expect(result.errorText.contains(said), "\(result.errorText)")
      #expect(!scratch.holds("out.safetensors"))
    }
  }
}
