"""Reads a GGUF adapter that `lora convert` wrote, tensor by tensor, with the gguf package.

    pip install gguf safetensors numpy torch
    lora convert ADAPTER --to gguf --base BASE -o adapter.gguf
    python Tests/Peers/read_gguf.py BASE ADAPTER adapter.gguf

ADAPTER is a PEFT folder, BASE a folder with config.json. What is checked: the metadata that
llama.cpp's loader asks for; that every pair of the PEFT folder is there under the name that gguf's own
tensor map gives it, with the shape llama.cpp expects; and that alpha / rank times B times A, with the
rows of queries and keys put where llama.cpp's converter puts them, is the delta of the PEFT pair.
Also the way back: the delta of `lora convert adapter.gguf --to peft`, when such a folder is given as a
fourth argument. Exit status 1 names the first tensor that differs.
"""

import json
import re
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize
from safetensors.torch import load_file


def permuted(weights, heads):
    """Hugging Face's order of rows to llama.cpp's: the halves of each head interleaved."""
    rows = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return rows.swapaxes(1, 2).reshape(weights.shape)


def pattern_value(patterns, module, default):
    for key, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({key})$", module):
            return value
    return default


def peft_pairs(folder):
    config = json.loads((Path(folder) / "adapter_config.json").read_text())
    tensors = load_file(Path(folder) / "adapter_model.safetensors")
    for name, a in tensors.items():
        match = re.fullmatch(r"base_model\.model\.(.*)\.lora_(A\.weight|embedding_A)", name)
        if match is None:
            continue
        module = match[1]
        b = tensors[name.replace("lora_A", "lora_B").replace("embedding_A", "embedding_B")]
        rank = a.shape[0]
        alpha = pattern_value(config.get("alpha_pattern"), module, config.get("lora_alpha", 8))
        scale = alpha / (rank**0.5 if config.get("use_rslora") else rank)
        yield module, a.double().numpy(), b.double().numpy(), scale


def main(base, adapter, path, back=None):
    config = json.loads((Path(base) / "config.json").read_text())
    heads = config.get("num_attention_heads") or config["n_head"]
    key_heads = config.get("num_key_value_heads", heads)
    reader = gguf.GGUFReader(path)
    fields = {key: field.contents() for key, field in reader.fields.items()}
    assert fields["general.type"] == "adapter", fields
    assert fields["adapter.type"] == "lora", fields
    architecture = fields["general.architecture"]
    alpha = fields["adapter.lora.alpha"]
    code = {name: code for code, name in gguf.MODEL_ARCH_NAMES.items()}[architecture]
    names = gguf.get_tensor_name_map(code, config.get("num_hidden_layers") or config["n_layer"])
    found = {tensor.name: tensor for tensor in reader.tensors}
    deltas = {}
    for module, a, b, scale in peft_pairs(adapter):
        name = names.get_name(module)
        assert name is not None, module
        lora_a = found.pop(name + ".weight.lora_a")
        lora_b = found.pop(name + ".weight.lora_b")
        stored_a = dequantize(lora_a.data, lora_a.tensor_type).astype(np.float64)
        stored_b = dequantize(lora_b.data, lora_b.tensor_type).astype(np.float64)
        if name == "token_embd":
            stored_a = stored_a.T
        # ggml counts dimensions from the innermost; llama.cpp reads the rank from lora_b.
        assert list(lora_b.shape) == [b.shape[1], b.shape[0]], (module, lora_b.shape)
        rank = int(lora_b.shape[0])
        factor = 1.0 if alpha == 0 else np.float32(alpha) / np.float32(rank)
        wanted = scale * b @ a
        if architecture == "llama" and name.endswith("attn_q"):
            wanted = permuted(wanted, heads)
        if architecture == "llama" and name.endswith("attn_k"):
            wanted = permuted(wanted, key_heads)
        error = np.abs(factor * stored_b @ stored_a - wanted).max() / np.abs(wanted).max()
        assert error < 2e-7, f"{module}: relative difference {error}"
        deltas[module] = scale * b @ a
    assert not found, f"not in the PEFT folder: {sorted(found)}"
    if back:
        for module, a, b, scale in peft_pairs(back):
            error = np.abs(scale * b @ a - deltas.pop(module)).max()
            assert error < 1e-5, f"{module}: way back differs by {error}"
        assert not deltas, deltas.keys()
    print(f"{len(reader.tensors)} tensors read and equal, alpha {alpha}, {architecture}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except AssertionError as problem:
        print(f"read_gguf: {problem}", file=sys.stderr)
        sys.exit(1)
