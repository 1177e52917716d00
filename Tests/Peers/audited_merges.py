"""Merges by PEFT, torch, mergekit's and kohya's arithmetic, right and wrong, and what lora verify says.

    python audited_merges.py LORA [--keep FOLDER]

LORA is the binary. A small Llama and adapters for it are made from a seed; each case merges them in
its way, and `lora verify MERGED --base BASE --adapter ADAPTER` has to end with the status and the
verdict of the table. Where a tool cannot be asked itself (mergekit, kohya's scripts), its lines are
quoted beside the function. Needs torch, transformers, peft and safetensors. Ends with status 0 when
every verdict is right.
"""
import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
RANK, ALPHA = 16, 24
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class Ground:
    """The models that all cases start from, in one folder."""

    def __init__(self, folder, lora):
        self.folder, self.lora = pathlib.Path(folder), lora
        self.base_f32 = self.base("base-f32", torch.float32, seed=0)
        self.base_bf16 = self.base("base-bf16", torch.bfloat16, seed=0)
        self.other_bf16 = self.base("other-bf16", torch.bfloat16, seed=1)
        self.adapter = self.trained("adapter", seed=2)
        self.second = self.trained("second", seed=3)
        self.tiny = self.trained("tiny", seed=4, size=1e-7)
        self.stabilized = self.trained("stabilized", seed=2, use_rslora=True)

    def base(self, name, dtype, seed):
        torch.manual_seed(seed)
        config = transformers.LlamaConfig(
            hidden_size=64, intermediate_size=160, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, vocab_size=96, tie_word_embeddings=False)
        model = transformers.LlamaForCausalLM(config).to(dtype)
        model.save_pretrained(self.folder / name)
        return self.folder / name

    def trained(self, name, seed, size=0.1, **settings):
        torch.manual_seed(seed)
        config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS, task_type="CAUSAL_LM",
                            **settings)
        model = get_peft_model(
            transformers.LlamaForCausalLM.from_pretrained(self.base_f32, dtype=torch.float32), config)
        for key, value in model.named_parameters():
            if "lora_" in key:
                value.data = torch.randn_like(value) * size / math.sqrt(RANK if "lora_B" in key else 1)
        model.save_pretrained(self.folder / name)
        return self.folder / name

    def peft(self, base, adapters, dtype, safe=False, cast=False):
        model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
        model = PeftModel.from_pretrained(
            model, adapters[0], adapter_name="a0", autocast_adapter_dtype=not cast)
        for number, path in enumerate(adapters[1:], 1):
            model.load_adapter(path, adapter_name=f"a{number}")
        names = [f"a{number}" for number in range(len(adapters))]
        if cast:
            model = model.to(dtype)
        return model.merge_and_unload(safe_merge=safe, adapter_names=names)

    def save(self, model, name):
        model.save_pretrained(self.folder / name)
        return self.folder / name

    def weights(self, base):
        return load_file(base / "model.safetensors")

    def pairs(self, adapter):
        tensors = load_file(adapter / "adapter_model.safetensors")
        for key in tensors:
            if key.endswith("lora_A.weight"):
                module = key.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
                yield module + ".weight", tensors[key], tensors[key.replace("lora_A", "lora_B")]

    def store(self, base, name, weights):
        """The base's folder with other weights."""
        shutil.copytree(base, self.folder / name, dirs_exist_ok=True)
        weights = {key: value.contiguous() for key, value in weights.items()}
        save_file(weights, self.folder / name / "model.safetensors", metadata={"format": "pt"})
        return self.folder / name

    def run(self, *words):
        subprocess.run([self.lora, *words, "--quiet"], check=True, capture_output=True)


def torch_steps(ground, base, name, dtype, scale=ALPHA / RANK, skip=(), turn=False, repeats=1):
    """Every operation in `dtype`: W + s * (B @ A)."""
    weights = {key: value.to(dtype) for key, value in ground.weights(base).items()}
    for key, a, b in ground.pairs(ground.adapter):
        delta = (b.to(dtype) @ a.to(dtype)) * scale
        if turn and delta.shape[0] == delta.shape[1]:
            delta = delta.T
        if not any(part in key for part in skip):
            for _ in range(repeats):
                weights[key] = weights[key] + delta
    return ground.store(base, name, weights)


def mergekit_task(ground, base, name, weight):
    """`(deltas * weights).sum(dim=0)` and `base + mixed_delta` of generalized_task_arithmetic.py, on a
    model that PEFT merged."""
    tuned = ground.weights(ground.save(ground.peft(base, [ground.adapter], torch.bfloat16), "tuned"))
    weights = ground.weights(base)
    for key, before in weights.items():
        deltas = torch.stack([tuned[key] - before])
        factors = torch.tensor([weight], dtype=deltas.dtype).reshape(-1, *[1] * before.dim())
        weights[key] = (before + (deltas * factors).sum(dim=0)).to(before.dtype)
    return ground.store(base, name, weights)


def kohya(ground, base, name, precision, ratio, save):
    """`weight = weight + ratio * (up_weight @ down_weight) * scale` of merge_lora.py."""
    weights = {key: value.to(precision) for key, value in ground.weights(base).items()}
    for key, down, up in ground.pairs(ground.adapter):
        down, up = down.to(precision), up.to(precision)
        weights[key] = weights[key] + ratio * (up @ down) * (ALPHA / RANK)
    return ground.store(base, name, {key: value.to(save) for key, value in weights.items()})


def edited(ground, merged, base, name, change):
    weights = ground.weights(merged)
    change(weights)
    return ground.store(base, name, weights)


def flip_one(weights):
    key = "model.layers.1.mlp.up_proj.weight"
    bits = weights[key].view(torch.int16).flatten()
    bits[777] ^= 1 << 6


def train_on(weights):
    torch.manual_seed(9)
    for key in weights:
        weights[key] = weights[key] + (torch.randn_like(weights[key].float()) * 0.02).to(weights[key].dtype)


def only_thirds(ground, base, name):
    """A fused weight of which only query and value are updated."""
    torch.manual_seed(5)
    weights = {"qkv.weight": torch.randn(192, 64) * 0.05, "norm.weight": torch.ones(64)}
    folder = ground.folder / name
    folder.mkdir()
    save_file(weights, folder / "base.safetensors")
    a, b = torch.randn(4, 64) * 0.1, torch.randn(192, 4) * 0.1
    (folder / "adapter").mkdir()
    save_file({"base_model.model.qkv.lora_A.weight": a, "base_model.model.qkv.lora_B.weight": b},
              folder / "adapter/adapter_model.safetensors")
    (folder / "adapter/adapter_config.json").write_text(json.dumps(
        {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["qkv"]}))
    delta = 2 * (b @ a)
    delta[64:128] = 0
    save_file(weights | {"qkv.weight": weights["qkv.weight"] + delta}, folder / "merged.safetensors")
    return folder / "merged.safetensors", folder / "base.safetensors", [str(folder / "adapter")]


def cases(g):
    bf16, f16, f32 = torch.bfloat16, torch.float16, torch.float32
    one = [str(g.adapter)]
    right = lambda: g.save(g.peft(g.base_bf16, [g.adapter], bf16), "right")
    # name, exit status, part of the verdict, merged file, base, adapters
    yield "peft f32", 0, "all 21 modules", g.save(g.peft(g.base_f32, [g.adapter], f32), "m1"), g.base_f32, one
    yield "peft bf16", 0, "all 21 modules", right(), g.base_bf16, one
    yield "peft bf16, safe_merge", 0, "all 21 modules", g.save(
        g.peft(g.base_bf16, [g.adapter], bf16, safe=True), "m2"), g.base_bf16, one
    yield "peft bf16, adapter in bf16", 0, "all 21 modules", g.save(
        g.peft(g.base_bf16, [g.adapter], bf16, cast=True), "m3"), g.base_bf16, one
    yield "peft, bf16 loaded in f16", 0, "all 21 modules", g.save(
        g.peft(g.base_bf16, [g.adapter], f16), "m4"), g.base_bf16, one
    yield "peft, f32 loaded in f16", 0, "all 21 modules", g.save(
        g.peft(g.base_f32, [g.adapter], f16), "m5"), g.base_f32, one
    yield "peft, two adapters", 0, "all 21 modules", g.save(
        g.peft(g.base_bf16, [g.adapter, g.second], bf16), "m6"), g.base_bf16, one + [str(g.second)]
    yield "torch bf16", 0, "in turn", torch_steps(g, g.base_bf16, "m7", bf16), g.base_bf16, one
    yield "torch f16", 0, "all 21 modules", torch_steps(g, g.base_f32, "m8", f16), g.base_f32, one
    yield "mergekit, task arithmetic at 0.7", 0, "task arithmetic", mergekit_task(
        g, g.base_bf16, "m9", 0.7), g.base_bf16, [one[0] + "@0.7"]
    yield "kohya, float to bf16", 0, "all 21 modules", kohya(
        g, g.base_bf16, "m10", f32, 0.6, bf16), g.base_bf16, [one[0] + "@0.6"]
    yield "kohya, fp16", 0, "all 21 modules", kohya(
        g, g.base_f32, "m11", f16, 0.6, f16), g.base_f32, [one[0] + "@0.6"]
    ours = g.folder / "m12"
    g.run("merge", g.base_bf16, g.adapter, "-o", ours)
    yield "lora", 0, "exact, to the last bit", ours, g.base_bf16, one
    yield "peft, rank-stabilized", 1, "at 4 times its weight", g.save(
        g.peft(g.base_bf16, [g.stabilized], bf16), "m13"), g.base_bf16, one
    yield "rank-stabilized lost", 1, "use_rslora was not followed", g.save(
        g.peft(g.base_bf16, [g.adapter], bf16), "m13b"), g.base_bf16, [str(g.stabilized)]
    yield "torch, alpha lost", 1, "B·A was not scaled", torch_steps(
        g, g.base_bf16, "m14", bf16, scale=1), g.base_bf16, one
    yield "torch, another weight", 1, "at 0.3 times its weight", torch_steps(
        g, g.base_f32, "m14b", f32, scale=0.45), g.base_f32, one
    yield "kohya, ratio forgotten", 1, "the weight 0.6 was left out", kohya(
        g, g.base_bf16, "m15", f32, 1, bf16), g.base_bf16, [one[0] + "@0.6"]
    yield "peft, twice", 1, "twice", g.save(
        g.peft(right(), [g.adapter], bf16), "m16"), g.base_bf16, one
    yield "torch, a layer missing", 1, "in part: not in 7 of 21", torch_steps(
        g, g.base_bf16, "m17", bf16, skip=["layers.1."]), g.base_bf16, one
    yield "fused, key left out", 1, "rows: 0 to 63 and 128 to 191", *only_thirds(g, None, "m18")
    yield "peft, another base", 1, "is no merge", g.save(
        g.peft(g.other_bf16, [g.adapter], bf16), "m19"), g.base_bf16, one
    yield "torch, square weights transposed", 1, "transposed", torch_steps(
        g, g.base_bf16, "m20", bf16, turn=True), g.base_bf16, one
    yield "not merged", 1, "as in the base", g.store(
        g.base_bf16, "m21", g.weights(g.base_bf16)), g.base_bf16, one
    yield "peft, one of two left out", 1, "left out", right(), g.base_bf16, one + [str(g.second)]
    yield "one bit flipped", 1, "something else as well: 1 of 21", edited(
        g, right(), g.base_bf16, "m22", flip_one), g.base_bf16, one
    yield "trained on", 1, "something else", edited(
        g, right(), g.base_bf16, "m23", train_on), g.base_bf16, one
    for format in ["nf4", "int8"]:
        quantized = g.folder / f"m24-{format}"
        g.run("quantize", right(), "--format", format, "-o", quantized)
        yield f"quantized after ({format})", 2, "seems to hold", quantized, g.base_bf16, one
    unmerged = g.folder / "m25"
    g.run("quantize", g.base_bf16, "-o", unmerged)
    yield "quantized, not merged", 1, "does not hold", unmerged, g.base_bf16, one
    yield "below rounding", 2, "below the rounding", g.save(
        g.peft(g.base_bf16, [g.tiny], bf16), "m26"), g.base_bf16, [str(g.tiny)]
    yield "below rounding, beside another", 2, "cannot be told", g.save(
        g.peft(g.base_bf16, [g.adapter, g.tiny], bf16), "m27"), g.base_bf16, one + [str(g.tiny)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lora")
    arguments.add_argument("--keep")
    given = arguments.parse_args()
    failed = count = 0
    with tempfile.TemporaryDirectory() as scratch:
        ground = Ground(given.keep or scratch, given.lora)
        for name, status, part, merged, base, adapters in cases(ground):
            words = [given.lora, "verify", merged, "--base", base, "--json"]
            for adapter in adapters:
                words += ["--adapter", adapter]
            result = subprocess.run(words, capture_output=True, text=True)
            verdict = json.loads(result.stdout)["verdict"] if result.stdout else result.stderr
            verdict = verdict.replace(str(ground.folder) + "/", "")
            fits = result.returncode == status and part in verdict
            failed, count = failed + (not fits), count + 1
            print(f"{'right' if fits else 'WRONG'} {result.returncode} {name:34} {verdict.strip()}")
    print(f"{count - failed} of {count} right")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
