"""A real chat model fine-tuned by lora on questions about Python's library, as it is stored and with
its weights in NF4, and the adapters loaded by transformers and PEFT.

    text_finetune.py LORA MODEL [STEPS]     needs torch, transformers, peft

MODEL is a folder of a language model with a chat template, as SmolLM2-135M-Instruct. The rows, at least
500, are made of the docstrings of this Python: what a function does, and the first sentence of its own
words. For each base: the perplexity on the rows held out before and after, an answer before and after,
and the largest difference of a held-out row's mean loss to PEFT's, which computes in f32 with the same
weights. Fails when the perplexity does not fall, or above 1e-3 nats.
"""
import importlib
import inspect
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

MODULES = """argparse ast asyncio base64 bisect calendar cmath collections contextlib copy csv
datetime decimal difflib email.utils enum fnmatch fractions functools glob gzip hashlib heapq html http
inspect io ipaddress itertools json keyword locale logging math mimetypes operator os os.path pathlib
pickle platform pprint queue random re secrets shlex shutil signal socket sqlite3 ssl stat statistics
string struct subprocess sys tarfile tempfile textwrap threading time timeit token tokenize traceback
types typing unicodedata unittest urllib.parse urllib.request uuid warnings wave weakref zipfile
zlib""".split()


def rows():
    """One for each public function of the modules above that says in a sentence what it does."""
    found = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for word, value in sorted(vars(module).items()):
            if word.startswith("_") or not (inspect.isroutine(value) or inspect.isclass(value)):
                continue
            text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
            if 20 <= len(text) <= 160 and text not in found:
                found[text] = f"{name}.{word}"
    chats = [
        {"messages": [
            {"role": "user", "content": f"What is {name} in Python?"},
            {"role": "assistant", "content": text}]}
        for text, name in found.items()]
    random.Random(7).shuffle(chats)
    return chats


def run(*arguments):
    result = subprocess.run(arguments, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"{arguments[1]} failed with {result.returncode}")
    return result.stdout


def peft_losses(base, adapter, ids, labels):
    """The mean loss of each row under the adapter, in f32."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).eval()
    losses = []
    with torch.no_grad():
        for row, wanted in zip(ids, labels):
            logits = model(torch.tensor([row])).logits[0, :-1].double()
            target = torch.tensor(wanted[1:])
            loss = torch.nn.functional.cross_entropy(logits, target, ignore_index=-100)
            losses.append(loss.item())
    return losses


def held_tokens(lora, base, file, count):
    """The ids of each row and what is learned of it, as lora reads them."""
    ids, labels = [], []
    for row in range(1, count + 1):
        shown = json.loads(run(lora, "tokenize", base, "--data", file, "--row", str(row), "--json"))
        tokens = shown["tokens"]
        ids.append([token["id"] for token in tokens])
        labels.append([t["id"] if t["learned"] == "learned" else -100 for t in tokens])
    return ids, labels


def main():
    lora, model = sys.argv[1], sys.argv[2]
    steps = sys.argv[3] if len(sys.argv) > 3 else "60"
    chats = rows()
    assert len(chats) >= 500, len(chats)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        held = str(folder / "held.jsonl")
        data = str(folder / "chats.jsonl")
        pathlib.Path(held).write_text("".join(json.dumps(chat) + "\n" for chat in chats[:16]))
        pathlib.Path(data).write_text("".join(json.dumps(chat) + "\n" for chat in chats[16:]))
        coded, full = str(folder / "nf4"), str(folder / "full")
        run(lora, "quantize", model, "--format", "nf4", "-o", coded, "--quiet")
        run(lora, "dequantize", coded, "-o", full, "--quiet")
        ids, labels = held_tokens(lora, model, held, 16)
        for name, base, whole in [("as stored", model, model), ("nf4", coded, full)]:
            adapter = str(folder / ("adapter-" + name.replace(" ", "-")))
            report = json.loads(run(
                lora, "train", base, data, "--validation", held, "--steps", steps, "--batch-size",
                "8", "--max-tokens", "128", "-o", adapter, "--json"))
            before, after = (m["perplexity"] for m in report["metrics"])
            scores = json.loads(run(
                lora, "eval", base, held, "--adapter", adapter, "--json"))
            mine = [row["loss"] for row in scores["by_row"]]
            theirs = peft_losses(whole, adapter, ids, labels)
            gap = max(abs(a - b) for a, b in zip(mine, theirs))
            print(
                f"{name}: {len(chats)} rows, {report['steps']} steps, perplexity {before:.2f} -> "
                f"{after:.2f}, {report['tokens_per_second']:.0f} tokens/s, "
                f"{report['peak_memory_bytes'] / 2**20:.0f} MiB, loss of a row to PEFT's {gap:.1e}")
            sample = report["sample"]
            print(f"  {sample['prompt']!r}\n  before {sample['before']!r}\n"
                  f"  after  {sample['after']!r}")
            failed = failed or after >= before or gap > 1e-3
    sys.exit(1 if failed else 0)


main()
