"""Runs a GGUF adapter that `lora convert` wrote in llama.cpp, against the merged model.

    pip install llama-cpp-python gguf safetensors torch
    python Tests/Peers/run_llama_cpp.py LORA BASE ADAPTER [SCRATCH]

LORA is the built binary, BASE a Hugging Face folder of the llama family, ADAPTER a PEFT folder. Three
models are run over the same tokens: the base; the base with the GGUF adapter; the checkpoint that
`lora merge` writes in f32. Base and merged are put into GGUF here, as llama.cpp's own converter does, without
a tokenizer. The second and the third must agree within float32's rounding, and differ from the first.
The logits of the merged model are also held against transformers', so that it is known to be right.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

TOKENS = [3, 141, 59, 26, 53, 58, 97, 93, 238, 46]


def permuted(weights, heads):
    rows = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return rows.swapaxes(1, 2).reshape(weights.shape)


def write_gguf(folder, path):
    config = json.loads((folder / "config.json").read_text())
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for file in sorted(folder.glob("*.safetensors")):
        for name, tensor in load_file(file).items():
            values = tensor.float().numpy()
            if name.endswith("q_proj.weight"):
                values = permuted(values, heads)
            if name.endswith("k_proj.weight"):
                values = permuted(values, key_heads)
            target = names.get_name(name, try_suffixes=(".weight", ".bias"))
            assert target is not None, name
            writer.add_tensor(target, np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def logits(model_path, vocabulary, adapter_path=None):
    model = llama_cpp.llama_model_load_from_file(
        str(model_path).encode(), llama_cpp.llama_model_default_params())
    assert model, f"llama.cpp does not load {model_path}"
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx = 64
    parameters.n_threads = parameters.n_threads_batch = 1
    # Cache and flash attention round to f16 by default, which would hide what is compared.
    parameters.type_k = parameters.type_v = 0
    parameters.flash_attn_type = 0
    context = llama_cpp.llama_init_from_model(model, parameters)
    assert context
    if adapter_path is not None:
        adapter = llama_cpp.llama_adapter_lora_init(model, str(adapter_path).encode())
        assert adapter, f"llama.cpp does not load {adapter_path}"
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(adapter)
        scales = (ctypes.c_float * 1)(1.0)
        assert llama_cpp.llama_set_adapters_lora(context, adapters, 1, scales) == 0
    batch = llama_cpp.llama_batch_init(len(TOKENS), 0, 1)
    batch.n_tokens = len(TOKENS)
    for index, token in enumerate(TOKENS):
        batch.token[index] = token
        batch.pos[index] = index
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = 0
        batch.logits[index] = 1
    assert llama_cpp.llama_decode(context, batch) == 0
    rows = [
        np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, index), (vocabulary,)).copy()
        for index in range(len(TOKENS))
    ]
    llama_cpp.llama_batch_free(batch)
    llama_cpp.llama_free(context)
    llama_cpp.llama_model_free(model)
    return np.stack(rows)


def main(lora, base, adapter, scratch=None):
    llama_cpp.llama_backend_init()
    folder = Path(scratch or tempfile.mkdtemp(prefix="lora-llama-cpp-"))
    base = Path(base)
    vocabulary = json.loads((base / "config.json").read_text())["vocab_size"]
    subprocess.run(
        [lora, "convert", adapter, "--to", "gguf", "--base", base, "-o", folder / "adapter.gguf",
         "--force", "--quiet"], check=True)
    subprocess.run(
        [lora, "merge", base, adapter, "-o", folder / "merged", "--dtype", "f32", "--force",
         "--quiet"], check=True)
    write_gguf(base, folder / "base.gguf")
    write_gguf(folder / "merged", folder / "merged.gguf")
    plain = logits(folder / "base.gguf", vocabulary)
    adapted = logits(folder / "base.gguf", vocabulary, folder / "adapter.gguf")
    merged = logits(folder / "merged.gguf", vocabulary)
    model = AutoModelForCausalLM.from_pretrained(folder / "merged", dtype=torch.float32)
    with torch.inference_mode():
        reference = model(torch.tensor([TOKENS])).logits[0].numpy()
    size = np.abs(reference).max()
    effect = np.abs(adapted - plain).max() / size
    gap = np.abs(adapted - merged).max() / size
    known = np.abs(merged - reference).max() / size
    print(f"{adapter}: adapter changes logits by {effect:.3g} of the largest; llama.cpp with the "
          f"adapter against merged {gap:.2e}, merged against transformers {known:.2e}")
    assert known < 1e-4, "llama.cpp and transformers disagree on the merged model"
    assert gap < 1e-4, "the adapter in llama.cpp is not the merged model"
    assert effect > 100 * gap, "the adapter does nothing"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except AssertionError as problem:
        print(f"run_llama_cpp: {problem}", file=sys.stderr)
        sys.exit(1)
