"""How fast a model of text is adapted: `lora train` beside transformers and PEFT, in turn, each in its
own process.

    text_train_speed.py LORA [-n 2] [--steps 8] [--model FOLDER --rows 2]

LORA is the binary; needs torch, transformers, peft. The model is a Llama of 52M numbers drawn at random,
4 rows of 256 tokens a step, rank 8 on all linear layers, AdamW; or the folder given, as that of
SmolLM2-135M. For each type of the base: tokens per second of the steps, private memory at its highest,
and the share of the machine's peak that the products reach which no method can do without - forward and
input gradient of the frozen matrices, and of the head - over torch's sgemm of 2048³ in the same run. A
machine with AMX computes bf16 in units of its own, which lora leaves alone: its bits are the same on any
machine. The best of n.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

PEFT = """
import json, sys, time
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
folder, dtype, rows, length, steps = json.loads(sys.argv[1])
torch.manual_seed(0)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
model = get_peft_model(model, LoraConfig(
    r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
model.train()
optimizer = torch.optim.AdamW(
    [p for p in model.parameters() if p.requires_grad], lr=1e-4, fused=True)
times = []
for _ in range(steps + 1):
    ids = torch.randint(0, model.config.vocab_size, (rows, length))
    start = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    optimizer.step()
    times.append(time.perf_counter() - start)
print(json.dumps({"tokens_per_second": rows * length * steps / sum(times[1:])}))
"""

DRAWN = """
import sys, torch
from transformers import LlamaConfig, LlamaForCausalLM
torch.manual_seed(0)
for folder, dtype in ((sys.argv[1], torch.float32), (sys.argv[2], torch.bfloat16)):
    LlamaForCausalLM(LlamaConfig(
        hidden_size=576, num_hidden_layers=12, num_attention_heads=9, num_key_value_heads=3,
        intermediate_size=1536, vocab_size=8192, max_position_embeddings=2048,
        tie_word_embeddings=False)).to(dtype).save_pretrained(folder)
"""

PEAK = """
import time, torch
a = torch.randn(2048, 2048)
best = 1e9
for _ in range(6):
    start = time.perf_counter(); a @ a; best = min(best, time.perf_counter() - start)
print(2 * 2048 ** 3 / best / 1e9)
"""


def run(arguments):
    """Runs a command; its output, and the most private memory it had, in MiB."""
    process = subprocess.Popen(
        [str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    private = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        lines = [line for line in status.splitlines() if line.startswith("RssAnon")]
        private = max([private] + [int(line.split()[1]) // 1024 for line in lines])
        time.sleep(0.02)
    output, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{arguments[0]} ended with {process.returncode}:\n{errors}")
    return output, private


def products(config):
    """Floating-point operations that a token costs at least."""
    d, f, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    heads, keys = config["num_attention_heads"], config["num_key_value_heads"]
    kv = d // heads * keys
    return 4 * (layers * (2 * d * d + 2 * d * kv + 3 * d * f) + config["vocab_size"] * d)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lora")
    parser.add_argument("-n", type=int, default=2)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--model", help="a folder in place of the drawn model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(options, pathlib.Path(name))


def measure(options, folder):
    if options.model:
        bases = {"stored": pathlib.Path(options.model)}
    else:
        bases = {"f32": folder / "f32", "bf16": folder / "bf16"}
        run([sys.executable, "-c", DRAWN, *bases.values()])
        bases["nf4"] = folder / "nf4"
        run([options.lora, "quantize", bases["f32"], "-o", bases["nf4"]])
    some = next(iter(bases.values()))
    config = json.loads((some / "config.json").read_text())
    data, vocabulary, state = folder / "data.jsonl", config["vocab_size"], 1
    with open(data, "w") as file:
        for _ in range(options.rows * options.steps):
            ids = []
            for _ in range(options.length):
                state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                ids.append((state >> 33) % vocabulary)
            file.write(json.dumps({"input_ids": ids, "labels": ids}) + "\n")

    jobs = [(f"lora {kind}", base) for kind, base in bases.items()]
    peers = [("peft float32", some), ("peft bfloat16", some)]
    best = {}
    for _ in range(options.n):
        for job, base in jobs:
            output, private = run([
                options.lora, "train", base, data, "-o", folder / "adapter", "--force", "--rank", 8,
                "--alpha", 16, "--batch-size", options.rows, "--steps", options.steps,
                "--no-shuffle", "--holdout", 0, "--micro-tokens", options.rows * options.length,
                "--json", "--quiet"])
            keep(best, job, json.loads(output)["tokens_per_second"], private)
        for job, base in peers:
            request = [str(base), job.split()[1], options.rows, options.length, options.steps]
            output, private = run([sys.executable, "-c", PEFT, json.dumps(request)])
            keep(best, job, json.loads(output)["tokens_per_second"], private)
    peak = float(run([sys.executable, "-c", PEAK])[0])
    print(f"sgemm of 2048³: {peak:.0f} GFLOP/s; {options.rows} × {options.length} tokens a step")
    print(f"{'':16}{'tokens/s':>10}{'× peft f32':>12}{'× peft bf16':>13}{'of peak':>9}{'MiB':>7}")
    for job, (speed, private) in best.items():
        share = products(config) * speed / 1e9 / peak
        print(
            f"{job:16}{speed:10.0f}{speed / best['peft float32'][0]:12.2f}"
            f"{speed / best['peft bfloat16'][0]:13.2f}{share:9.0%}{private:7}")


def keep(best, job, speed, private):
    before = best.get(job, (0, 1 << 40))
    best[job] = (max(before[0], speed), min(before[1], private))


if __name__ == "__main__":
    main()
