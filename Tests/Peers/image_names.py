"""Holds the names that `lora convert` knows against diffusers' own classes and loaders.

    python Tests/Peers/image_names.py .build/release/lora

For each family: every linear layer and convolution of the real class (small sizes) gets a random pair of
factors; the file is converted to kohya's and to ComfyUI's names and back, and must come back with the
same names and deltas. Then diffusers' loaders read what was written. Needs diffusers, peft, safetensors,
torch.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import diffusers
import torch
from diffusers.loaders import lora_pipeline
from safetensors.torch import load_file, save_file

SMALL = dict(num_attention_heads=2, attention_head_dim=4)
TRANSFORMERS = {
    "Flux": ("FluxTransformer2DModel", [("kohya", "FluxLoraLoaderMixin")], dict(
        SMALL, num_layers=2, num_single_layers=2, joint_attention_dim=8, pooled_projection_dim=6,
        guidance_embeds=True, axes_dims_rope=(2, 2), in_channels=4)),
    "Chroma": ("ChromaTransformer2DModel", [], dict(
        SMALL, num_layers=2, num_single_layers=2, joint_attention_dim=8, axes_dims_rope=(2, 2),
        in_channels=4, approximator_hidden_dim=12, approximator_num_channels=8,
        approximator_layers=2)),
    "Flux 2": ("Flux2Transformer2DModel", [], dict(
        SMALL, num_layers=2, num_single_layers=2, joint_attention_dim=8, in_channels=4,
        timestep_guidance_channels=8, axes_dims_rope=(1, 1, 1, 1))),
    "SD3": ("SD3Transformer2DModel", [], dict(
        SMALL, num_layers=2, caption_projection_dim=8, joint_attention_dim=8,
        pooled_projection_dim=6, sample_size=8, dual_attention_layers=(0,), in_channels=4)),
    "Wan": ("WanTransformer3DModel", [("kohya", "WanLoraLoaderMixin"), ("comfy", "WanLoraLoaderMixin")], dict(
        SMALL, num_layers=2, text_dim=6, freq_dim=8, ffn_dim=12, image_dim=8, added_kv_proj_dim=8,
        in_channels=4, out_channels=4)),
    "Qwen-Image": ("QwenImageTransformer2DModel", [("kohya", "QwenImageLoraLoaderMixin")], dict(
        num_attention_heads=2, attention_head_dim=8, num_layers=2, joint_attention_dim=8,
        in_channels=4, out_channels=4, axes_dims_rope=(2, 2, 4))),
    "Z-Image": ("ZImageTransformer2DModel", [], dict(
        n_layers=2, n_refiner_layers=1, dim=16, n_heads=2, n_kv_heads=2, cap_feat_dim=8,
        in_channels=4, axes_dims=[2, 2, 4], axes_lens=[8, 8, 8])),
    "HunyuanVideo": ("HunyuanVideoTransformer3DModel", [], dict(
        SMALL, num_layers=2, num_single_layers=2, num_refiner_layers=1, text_embed_dim=6,
        pooled_projection_dim=6, in_channels=4, out_channels=4, rope_axes_dim=(1, 1, 2))),
    "LTX-Video": ("LTXVideoTransformer3DModel", [("comfy", "LTXVideoLoraLoaderMixin")], dict(
        SMALL, num_layers=2, in_channels=4, out_channels=4, cross_attention_dim=8,
        caption_channels=6)),
}
SKIPPED = {"SD3": "norm1_context.linear"}  # which halves are swapped is up to the last block


def modules(model):
    for name, module in model.named_modules():
        weight = getattr(module, "weight", None)
        if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d, torch.nn.Conv3d)):
            yield name, weight.shape


def adapter(model, prefix, skipped):
    torch.manual_seed(1)
    tensors = {}
    for name, shape in modules(model):
        if skipped and name.endswith(skipped):
            continue
        tail = (1,) * (len(shape) - 2)
        tensors[f"{prefix}{name}.lora_A.weight"] = torch.randn(2, *shape[1:])
        tensors[f"{prefix}{name}.lora_B.weight"] = torch.randn(shape[0], 2, *tail)
    return tensors


def deltas(tensors):
    result = {}
    for name, a in tensors.items():
        if name.endswith(".lora_A.weight"):
            b = tensors[name.replace("lora_A", "lora_B")]
            result[name[: -len(".lora_A.weight")]] = b.flatten(1) @ a.flatten(1)
    return result


def run(lora, *words):
    done = subprocess.run([lora, *map(str, words), "--quiet"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stderr}")


def check_round(lora, folder, source, wanted, formats):
    for form in formats:
        there, back = folder / f"{form}.safetensors", folder / f"{form}-back.safetensors"
        run(lora, "convert", source, "--to", form, "-o", there, "--force")
        run(lora, "convert", there, "--to", "diffusers", "-o", back, "--force")
        found = deltas(load_file(back))
        assert found.keys() == wanted.keys(), (form, found.keys() ^ wanted.keys())
        for name, delta in wanted.items():
            assert torch.allclose(found[name], delta, rtol=1e-5, atol=1e-5), (form, name)


def check_transformer(lora, folder, family):
    class_name, readers, sizes = TRANSFORMERS[family]
    model = getattr(diffusers, class_name)(**sizes)
    tensors = adapter(model, "transformer.", SKIPPED.get(family))
    source = folder / "source.safetensors"
    save_file(tensors, source)
    wanted = deltas(tensors)
    check_round(lora, folder, source, wanted, ["kohya", "comfy"])
    run(lora, "convert", source, "--to", "diffusers", "-o", folder / "d.safetensors", "--force")
    model.load_lora_adapter(load_file(folder / "d.safetensors"), prefix="transformer")
    loaded = {n for n, m in model.named_modules() if hasattr(m, "lora_A")}
    assert loaded == {n.removeprefix("transformer.") for n in wanted}, loaded
    return len(wanted), [
        check_reader(lora, folder, mixin, form, usual(wide(family) or tensors))
        for form, mixin in readers
    ]


def wide(family):
    """Flux in its real width, which diffusers' converter of kohya's files takes for granted."""
    if family != "Flux":
        return None
    with torch.device("meta"):
        model = diffusers.FluxTransformer2DModel(num_layers=1, num_single_layers=1)
    return adapter(model, "transformer.", None)


def usual(tensors):
    """What trainers adapt, and diffusers' converters know: the attention and feed-forward of blocks."""
    parts = (".attn.", ".attn1.", ".attn2.", ".attention.", ".ff.", ".ffn.", ".ff_context.",
             ".feed_forward.", "proj_mlp", "single_transformer_blocks.0.proj_out",
             "single_transformer_blocks.1.proj_out", "_mlp.net")
    others = ("context_embedder", "condition_embedder", "add_k_proj", "add_v_proj") if any(
        ".attn1." in name for name in tensors) else ("context_embedder", "_refiner.")
    return {n: t for n, t in tensors.items()
            if any(part in n for part in parts) and not any(part in n for part in others)}


def check_reader(lora, folder, mixin, form, tensors):
    source, there = folder / "usual.safetensors", folder / "read.safetensors"
    save_file(tensors, source)
    run(lora, "convert", source, "--to", form, "-o", there, "--force")
    state = getattr(lora_pipeline, mixin).lora_state_dict(load_file(there))
    wanted, found = deltas(tensors), deltas({n: t for n, t in state.items() if "lora_" in n})
    assert found.keys() == wanted.keys(), (form, sorted(found.keys() ^ wanted.keys())[:4])
    for name, delta in wanted.items():
        assert torch.allclose(found[name], delta, rtol=1e-5, atol=1e-5), (form, name)
    return f"{mixin} reads {len(wanted)} of them in {form}'s names"


def check_unet(lora, folder, name, sizes):
    model = diffusers.UNet2DConditionModel(
        norm_num_groups=2, attention_head_dim=2, layers_per_block=2, **sizes)
    tensors = adapter(model, "unet.", None)
    source = folder / "source.safetensors"
    save_file(tensors, source)
    wanted = deltas(tensors)
    check_round(lora, folder, source, wanted, ["kohya", "comfy"])
    model.load_lora_adapter(tensors, prefix="unet")
    return len(wanted), []


UNETS = {
    "Stable Diffusion 1": dict(
        cross_attention_dim=768, block_out_channels=(4, 4, 4, 4), use_linear_projection=False),
    "SDXL": dict(
        cross_attention_dim=2048, block_out_channels=(4, 4, 4), use_linear_projection=True,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 3), addition_embed_type="text_time",
        addition_time_embed_dim=4, projection_class_embeddings_input_dim=16),
}


def main():
    lora = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        jobs = [(n, lambda n=n: check_transformer(lora, folder, n)) for n in TRANSFORMERS]
        jobs += [(n, lambda n=n, s=s: check_unet(lora, folder, n, s)) for n, s in UNETS.items()]
        for name, job in jobs:
            try:
                count, read = job()
                print(f"{name}: {count} modules there and back", *read, sep="; ", flush=True)
            except (Exception, SystemExit) as error:
                failed += 1
                print(f"{name}: FAILED {type(error).__name__} {str(error)[:400]}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
