"""Merge, exact unmerge and exact swap by lora beside cp, dd and PEFT, in turn on the same files.

    python merge_speed.py LORA FOLDER [--gigabytes 2] [--rounds 3] [--peft]

LORA is the binary, FOLDER a scratch place on the disk to measure. A bf16 Llama-shaped checkpoint and two
rank-16 adapters for all its linear layers are made there once, with numpy alone, and one is merged
reversibly. Then each round runs, page cache warm and dirty pages flushed before every command:

    lora merge, unmerge, swap … --no-sync      beside   cp
    lora merge, unmerge, swap …                beside   dd bs=4M conv=fsync
    PEFT merge_and_unload + save_pretrained, with --peft (needs torch, transformers and peft)

Prints the median of each and the ratios.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import numpy as np

HIDDEN, INNER, KEYS, VOCABULARY, RANK = 2048, 5632, 256, 32000, 16
PEFT = """
import sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM
base = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.bfloat16)
PeftModel.from_pretrained(base, sys.argv[2]).merge_and_unload().save_pretrained(sys.argv[3])
"""


def linears(layer):
    p = f"model.layers.{layer}."
    return [(p + "self_attn.q_proj", HIDDEN, HIDDEN), (p + "self_attn.k_proj", KEYS, HIDDEN),
            (p + "self_attn.v_proj", KEYS, HIDDEN), (p + "self_attn.o_proj", HIDDEN, HIDDEN),
            (p + "mlp.gate_proj", INNER, HIDDEN), (p + "mlp.up_proj", INNER, HIDDEN),
            (p + "mlp.down_proj", HIDDEN, INNER)]


def write(path, tensors, dtype, seed=0):
    """tensors: (name, shape, deviation); made and written one by one."""
    size = {"BF16": 2, "F32": 4}[dtype]
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape, _ in tensors:
        end = offset + size * int(np.prod(shape))
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    random = np.random.default_rng(seed)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape, deviation in tensors:
            values = random.standard_normal(shape, np.float32) * np.float32(deviation)
            if dtype == "BF16":
                values = (values.view(np.uint32) >> 16).astype(np.uint16)
            file.write(values.tobytes())


def make(folder, gigabytes):
    layers = max(1, round((gigabytes * 1e9 / 2 - 2 * VOCABULARY * HIDDEN) / 44e6))
    base, adapters = folder / "base", [folder / "adapter", folder / "other"]
    made = f"{layers} layers, {len(adapters)} adapters"
    if (folder / "made").exists() and (folder / "made").read_text() == made:
        return
    for place in (base, *adapters):
        place.mkdir(parents=True, exist_ok=True)
    modules = [m for layer in range(layers) for m in linears(layer)]
    tensors = [("model.embed_tokens.weight", (VOCABULARY, HIDDEN), 0.02)]
    tensors += [(name + ".weight", (out, inner), 0.02) for name, out, inner in modules]
    for layer in range(layers):
        tensors += [(f"model.layers.{layer}.{n}.weight", (HIDDEN,), 1.0) for n in ("input_layernorm", "post_attention_layernorm")]
    tensors += [("model.norm.weight", (HIDDEN,), 1.0), ("lm_head.weight", (VOCABULARY, HIDDEN), 0.02)]
    write(base / "model.safetensors", tensors, "BF16")
    (base / "config.json").write_text(json.dumps({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_attention_heads": 32, "num_key_value_heads": 4, "num_hidden_layers": layers, "vocab_size": VOCABULARY,
        "tie_word_embeddings": False}))
    pairs = []
    for name, out, inner in modules:
        pairs += [(f"base_model.model.{name}.lora_A.weight", (RANK, inner), 0.02),
                  (f"base_model.model.{name}.lora_B.weight", (out, RANK), 0.02)]
    targets = sorted({name.split(".")[-1] for name, _, _ in modules})
    for seed, adapter in enumerate(adapters, start=1):
        write(adapter / "adapter_model.safetensors", pairs, "F32", seed)
        (adapter / "adapter_config.json").write_text(json.dumps(
            {"peft_type": "LORA", "r": RANK, "lora_alpha": 2 * RANK, "target_modules": targets}))
    (folder / "made").write_text(made)


def timed(command, out):
    shutil.rmtree(out, ignore_errors=True)
    out.unlink(missing_ok=True) if out.is_file() else None
    os.sync()
    start = time.perf_counter()
    subprocess.run([str(c) for c in command], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("lora")
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--gigabytes", type=float, default=2)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peft", action="store_true")
    options = options.parse_args()
    folder = options.folder
    make(folder, options.gigabytes)
    base, adapter, out = folder / "base", folder / "adapter", folder / "out"
    weights = base / "model.safetensors"
    merged = folder / "merged"
    subprocess.run([options.lora, "merge", base, adapter, "-o", merged, "--reversible", "--force", "--quiet"], check=True)
    ours = {
        "merge": [options.lora, "merge", base, adapter, "-o", out, "--quiet"],
        "unmerge": [options.lora, "unmerge", merged, "-o", out, "--quiet"],
        "swap": [options.lora, "swap", merged, folder / "other", "-o", out, "--quiet"],
    }
    commands = {"cp": ["cp", weights, out]}
    commands |= {f"lora {name} --no-sync": command + ["--no-sync"] for name, command in ours.items()}
    commands["dd conv=fsync"] = ["dd", f"if={weights}", f"of={out}", "bs=4M", "conv=fsync"]
    commands |= {f"lora {name}": command for name, command in ours.items()}
    if options.peft:
        commands["PEFT"] = [sys.executable, "-c", PEFT, base, adapter, out]
    seconds = {name: [] for name in commands}
    for file in (weights, merged / "model.safetensors"):
        file.read_bytes()
    for _ in range(options.rounds):
        for name, command in commands.items():
            if out.is_file():
                out.unlink()
            seconds[name].append(timed(command, out))
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{weights.stat().st_size / 1e9:.2f} GB")
    for name, values in seconds.items():
        print(f"{name:22} {middle[name]:7.2f} s   ({min(values):.2f} to {max(values):.2f})")
    for name in ours:
        print(f"{name + ' / cp, no sync':22} {middle[f'lora {name} --no-sync'] / middle['cp']:7.2f}")
        print(f"{name + ' / dd, synced':22} {middle[f'lora {name}'] / middle['dd conv=fsync']:7.2f}")
    if options.peft:
        print(f"PEFT / lora, no sync   {middle['PEFT'] / middle['lora merge --no-sync']:7.1f}")


if __name__ == "__main__":
    main()
