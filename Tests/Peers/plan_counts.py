"""Parameters that `lora plan` counts, beside those of transformers' models and PEFT's adapters.

    python plan_counts.py LORA [PRESET...]

LORA is the binary. Each preset is built by transformers from the configuration that `lora plan`
prints, without weights (on the meta device), and adapted by PEFT at rank 16. Then checkpoints of
three shapes are written, with weights: a llama with fewer keys than queries, a gpt2 whose layers
store [in, out], a plain network. All counts must be equal to the last digit; the status is 0 then.

transformers stacks experts into tensors that are no linear layers, so all-linear of models with
experts is compared only up to their attention.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
warnings.simplefilter("ignore")  # of names that are about to change, and GPT-2's transposed weights

RANK = 16
CHOICES = {  # by our name: what PEFT's target_modules say, of which each model has some
    "Q, V": ["q_proj", "v_proj"],
    "Q, K, V, O": ["q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "self_attn.dense"],
    "QKV": ["c_attn", "qkv_proj", "query_key_value"],
    "QKV, O": ["c_attn", "attn.c_proj", "qkv_proj", "query_key_value", "o_proj", "attention.dense"],
    "all linear": "all-linear",
}


def plan(*arguments):
    command = [sys.argv[1], "plan", *map(str, arguments), "--rank", str(RANK), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def our_adapters(report):
    return {row["targets"]: row["parameters"] for row in report["targets"] if row["rank"] == RANK}


def count(parameters):
    return sum(parameter.numel() for parameter in parameters)


def compare(name, what, ours, theirs):
    if ours != theirs:
        print(f"DIFFERENT {name} {what}: lora {ours}, theirs {theirs}")
    return ours == theirs


def adapted(build, targets):
    with torch.device("meta"):
        model = get_peft_model(build(), LoraConfig(r=RANK, target_modules=targets))
    return count(parameter for parameter in model.parameters() if parameter.requires_grad)


def check_model(name, report, build, choices):
    equal = compare(name, "model", report["model"]["parameters"], count(build().parameters()))
    ours = our_adapters(report)
    for choice in choices:
        equal &= compare(name, choice, ours[choice], adapted(build, CHOICES[choice]))
    return equal


def check_preset(name):
    report = plan("--preset", name)
    settings = report["model"]["config"]
    config = AutoConfig.for_model(**settings)

    def build():
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config)

    choices = [choice for choice in our_adapters(report)]
    if "num_experts_per_tok" in settings:
        choices.remove("all linear")
    equal = check_model(name, report, build, choices)
    print(f"{'equal' if equal else 'DIFFERENT':10}{name:22}{report['model']['parameters']:>16,}", flush=True)
    return equal


def write_checkpoints(folder):
    llama = AutoConfig.for_model(
        "llama", hidden_size=96, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
        intermediate_size=160, vocab_size=101)
    gpt2 = AutoConfig.for_model("gpt2", n_embd=48, n_layer=2, n_head=4, n_positions=64, vocab_size=97)
    models = {"llama": AutoModelForCausalLM.from_config(llama), "gpt2": AutoModelForCausalLM.from_config(gpt2)}
    for name, model in models.items():
        model.save_pretrained(folder / name)
        model.save_pretrained(folder / f"{name}-sharded", max_shard_size="100KB")
    mlp = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 5))
    save_file(mlp.state_dict(), folder / "mlp.safetensors")
    return models, mlp


def check_checkpoints():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        models, mlp = write_checkpoints(folder)
        equal = True
        for name, model in models.items():
            for path in (folder / name, folder / name / "model.safetensors", folder / f"{name}-sharded",
                         folder / name / "config.json"):
                report = plan(path)
                equal &= check_model(str(path), report, lambda model=model: AutoModelForCausalLM.from_config(
                    model.config), list(our_adapters(report)))
        report = plan(folder / "mlp.safetensors")
        equal &= compare("mlp", "model", report["model"]["parameters"], count(mlp.parameters()))
        # PEFT's all-linear is for transformers' models; the names say the same.
        equal &= compare("mlp", "all linear", our_adapters(report)["all linear"], adapted(lambda: mlp, ["0", "2", "4"]))
    print("equal     checkpoints of three shapes" if equal else "DIFFERENT checkpoints")
    return equal


def main():
    listed = subprocess.run([sys.argv[1], "plan", "--list-presets", "--json"], check=True, capture_output=True, text=True)
    presets = sys.argv[2:] or [row["preset"] for row in json.loads(listed.stdout)["presets"]]
    equal = check_checkpoints()
    for name in presets:
        equal &= check_preset(name)
    sys.exit(0 if equal else 1)


main()
