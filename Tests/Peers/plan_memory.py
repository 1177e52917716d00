"""What torch really keeps for the backward pass, beside the activations that `lora plan` counts.

    python plan_memory.py LORA

LORA is the binary. A small llama in bf16 goes forward through transformers, whole and with PEFT's
adapters, and every tensor that autograd saves is counted once. transformers keeps more than a fused
implementation must: norms in f32, copies made to round and to repeat heads. The ratio is printed;
the status is 0 while torch keeps at least what the plan counts, and at most three times as much.
"""
import json
import subprocess
import sys
import warnings

import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

transformers.logging.set_verbosity_error()
warnings.simplefilter("ignore")

SIZES = dict(hidden_size=256, num_hidden_layers=6, num_attention_heads=8, num_key_value_heads=8,
             intermediate_size=688, vocab_size=512)
BATCH, SEQUENCE, RANK = 2, 256, 16


def plan(targets):
    command = [sys.argv[1], "plan", "--json", "--hidden-size", "256", "--layers", "6", "--heads", "8",
               "--intermediate-size", "688", "--vocab-size", "512", "--rank", str(RANK),
               "--target-modules", targets, "--batch-size", str(BATCH), "--sequence-length", str(SEQUENCE)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {row["method"]: row["activations"] for row in report["memory"]["methods"]}


def kept(model):
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    storages = {}

    def save(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            storages[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    tokens = torch.randint(0, SIZES["vocab_size"], (BATCH, SEQUENCE))
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        model(input_ids=tokens, labels=tokens)
    return sum(size for size, _ in storages.values())


def build():
    config = AutoConfig.for_model("llama", **SIZES, attn_implementation="sdpa")
    return AutoModelForCausalLM.from_config(config).to(torch.bfloat16)


def main():
    torch.manual_seed(0)
    cases = [("full", None, "all-linear"), ("LoRA", "all-linear", "all-linear"),
             ("LoRA", ["q_proj", "v_proj"], "q_proj,v_proj")]
    fits = True
    for method, targets, words in cases:
        model = build()
        if targets:
            model = get_peft_model(model, LoraConfig(r=RANK, target_modules=targets, lora_dropout=0.0))
        ours, theirs = plan(words)[method], kept(model)
        fits &= 1 <= theirs / ours <= 3
        print(f"{method:6}{words:16}planned {ours:>12,}  torch {theirs:>12,}  ratio {theirs / ours:.2f}")
    sys.exit(0 if fits else 1)


main()
