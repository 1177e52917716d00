"""How fast a language model reads and writes: lora beside transformers, in turn, each in its own process.

    text_speed.py LORA MODEL [-n 3] [--prefix CMD] [--peak FMA_PEAK] [--read GB_S] [--threads 2]

LORA is the binary, MODEL a folder of a decoder in bf16 (SmolLM2-135M for the figures in the notes).
Needs torch and transformers; CMD stands before each command (`chrt -f 50`). FMA_PEAK is what the
machine's multiply-adds reach on all threads in GFLOP/s, GB_S what reading memory reaches.

  prefill   tokens/s of a prompt of 512: the time of one new token behind 512 less that behind 1
  decode    tokens/s of the next 128 tokens, greedy, less the time to the first
  first     seconds from the start of the process to its first token, files in the page cache

lora runs in the stored type (bf16, and the same quantized to NF4), transformers in f32 for prefill and
in bf16 and f32 for decoding. The best of n.
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

PROMPT, NEW = 512, 128

TORCH = """
import json, sys, time
import torch
from transformers import AutoModelForCausalLM
folder, dtype, threads, prompt, new = json.loads(sys.argv[1])
torch.set_num_threads(threads)
model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
ids = torch.arange(1000, 1000 + prompt)[None]
def run(ids, new):
    start = time.perf_counter()
    with torch.no_grad():
        model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new,
            do_sample=False)
    return time.perf_counter() - start
run(ids, 1)
prefill = min(run(ids, 1) for _ in range(2))
first = min(run(ids[:, :4], 1) for _ in range(2))
print(json.dumps([prompt / prefill, new / (run(ids[:, :4], new + 1) - first)]))
"""


def run(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def seconds(arguments, prompt, prefix):
    start = time.perf_counter()
    answer = json.loads(run([*prefix, *arguments, "--json", prompt]))
    return time.perf_counter() - start, answer


def lora(base, prefix, n):
    """Seconds of the process by (tokens of the prompt, new tokens), the best of n."""
    long = " word" * (PROMPT - 1) + " word"
    best = {}
    for _ in range(n):
        for name, prompt, new in (("long", long, 1), ("short", " word", 1), ("new", " word", NEW + 1)):
            elapsed, answer = seconds([*base, "--tokens", str(new)], prompt, prefix)
            best[name] = min(best.get(name, (9e9, 0)), (elapsed, answer["prompt_tokens"], answer["tokens"]))
    prefill = (best["long"][1] - 1) / (best["long"][0] - best["short"][0])
    decode = (best["new"][2] - 1) / (best["new"][0] - best["short"][0])
    return prefill, decode, best["short"][0]


def parameters(model):
    """Weights that every token's products read, and those that only the last one's do."""
    config = json.loads((pathlib.Path(model) / "config.json").read_text())
    width, inner = config["hidden_size"], config["intermediate_size"]
    head = config.get("head_dim") or width // config["num_attention_heads"]
    keys = config.get("num_key_value_heads", config["num_attention_heads"]) * head
    queries = config["num_attention_heads"] * head
    block = width * (2 * queries + 2 * keys) + 3 * width * inner
    return config["num_hidden_layers"] * block, config["vocab_size"] * width


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lora")
    parser.add_argument("model")
    parser.add_argument("-n", type=int, default=3)
    parser.add_argument("--prefix", default="")
    parser.add_argument("--peak", type=float)
    parser.add_argument("--read", type=float)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    prefix = shlex.split(args.prefix)
    body, head = parameters(args.model)
    with tempfile.TemporaryDirectory() as folder:
        coded = f"{folder}/nf4"
        run([args.lora, "quantize", args.model, "-o", coded, "--format", "nf4", "--quiet"])
        found = {}
        for name, model in (("bf16", args.model), ("nf4", coded)):
            command = [args.lora, "generate", model, "--quiet", "--threads", str(args.threads)]
            found[name] = lora(command, prefix, args.n)
    peers = {}
    for dtype in ("float32", "bfloat16"):
        job = json.dumps([args.model, dtype, args.threads, PROMPT, NEW])
        peers[dtype] = json.loads(run([*prefix, sys.executable, "-c", TORCH, job]))
    for name, (prefill, decode, first) in found.items():
        print(f"lora {name}: prefill {prefill:.0f} tokens/s, decode {decode:.1f}, first {first:.3f} s")
    for dtype, (prefill, decode) in peers.items():
        print(f"transformers {dtype}: prefill {prefill:.0f} tokens/s, decode {decode:.1f}")
    prefill, decode, _ = found["bf16"]
    print(f"prefill {prefill / peers['float32'][0]:.2f} x transformers f32 (goal 1.3)")
    print(f"decode {decode / max(p[1] for p in peers.values()):.2f} x transformers (goal 2)")
    if args.peak:
        share = prefill * 2 * body / (args.peak * 1e9)
        print(f"prefill {share:.2f} of the peak on its products (goal 0.6)")
    if args.read:
        print(f"decode {decode * 2 * (body + head) / (args.read * 1e9):.2f} of reading (goal 0.7)")


main()
