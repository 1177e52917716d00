"""How fast a network is trained: lora beside the leanest torch loops, in turn, each in its own process.

    train_speed.py LORA [-n 3] [--steps 40] [--job spirals|large]

LORA is the binary; needs torch, numpy. Two jobs:

  spirals   2-64-64-3, 300 rows at once, 500 steps of SGD, rank 4: seconds of the whole process, for
            torch without its import too
  large     784-2048-2048-10, batches of 256, AdamW: samples per second of rank-16 LoRA and of full
            fine-tuning, and peak memory

For `large` the share of the machine's peak is that of the products each method cannot do without, over
what torch's sgemm of 2048³ reaches in the same run. The best of n.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

TORCH = """
import json, math, sys, time
import torch
from torch import nn
from torch.nn import functional

class LoRALinear(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))
    def forward(self, x):
        return self.base(x) + 2 * functional.linear(functional.linear(x, self.a), self.b)

method, sizes, rank, rows, batch, steps = json.loads(sys.argv[1])
layers = []
for i, o in zip(sizes, sizes[1:]):
    linear = nn.Linear(i, o)
    layers += [linear if method == "full" else LoRALinear(linear, rank), nn.ReLU()]
net = nn.Sequential(*layers[:-1])
trained = [p for p in net.parameters() if p.requires_grad]
small = sizes[0] == 2
optimizer = (torch.optim.SGD(trained, lr=0.02) if small
             else torch.optim.AdamW(trained, lr=1e-3, fused=True))
x, y = torch.randn(rows, sizes[0]), torch.randint(0, sizes[-1], (rows,))
def step(rows):
    optimizer.zero_grad()
    functional.cross_entropy(net(x[rows]), y[rows]).backward()
    optimizer.step()
order = torch.randperm(rows)
if not small: step(order[:batch])
start = time.perf_counter()
for k in range(steps):
    step(slice(None) if small else order[k * batch % (rows - batch):][:batch])
seconds = time.perf_counter() - start
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")][0].split()[1]
print(json.dumps({"seconds": seconds, "peak": int(peak) / 1024}))
"""
GEMM = """
import time, torch
x, y = torch.randn(2048, 2048), torch.randn(2048, 2048)
best = 9
for _ in range(12):
    start = time.perf_counter(); torch.mm(x, y); best = min(best, time.perf_counter() - start)
print(2 * 2048**3 / best / 1e9)
"""
LARGE, RANK, BATCH, ROWS = [784, 2048, 2048, 10], 16, 256, 2048


def run(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start, done.stdout


def work(method):
    """Floating-point operations of a sample that the method cannot do without."""
    total = 0
    for index, (i, o) in enumerate(zip(LARGE, LARGE[1:])):
        below = index > 0
        total += 2 * i * o * ((2 if method == "full" else 1) + below)
        if method == "lora":
            total += 2 * RANK * (i + o) * 2 + 2 * RANK * (o + i * below)
    return total


def spirals(lora, n, folder):
    run([lora, "pretrain", write(folder, [2], 300, 3), "--steps", "1",
         "--no-standardize", "--holdout", "0", "-o", f"{folder}/base"])
    command = [lora, "train", f"{folder}/base", f"{folder}/2.csv", "--holdout", "0", "--rank", "4", "--epochs", "500",
               "--batch-size", "0", "--optimizer", "sgd", "--learning-rate", "0.02", "--force",
               "--quiet", "-o", f"{folder}/adapter"]
    job = json.dumps(["lora", [2, 64, 64, 3], 4, 300, 300, 500])
    ours, theirs, loop = 9e9, 9e9, 9e9
    for _ in range(n):
        ours = min(ours, run(command)[0])
        seconds, text = run([sys.executable, "-c", TORCH, job])
        theirs, loop = min(theirs, seconds), min(loop, json.loads(text)["seconds"])
    print(f"spirals, 500 steps   lora {ours:.3f} s whole process   torch {loop:.3f} s of training, "
          f"{theirs:.3f} s whole process")


def write(folder, inputs, rows, classes):
    import numpy as np
    numbers = np.random.default_rng(0)
    path = f"{folder}/{inputs[0]}.csv"
    with open(path, "w") as file:
        file.write(",".join(f"f{i}" for i in range(inputs[0])) + ",label\n")
        labels = np.arange(rows) % classes
        for row, label in zip(numbers.standard_normal((rows, inputs[0])).round(4).tolist(), labels):
            file.write(",".join(map(repr, row)) + f",{label}\n")
    return path


def large(lora, n, steps, folder):
    table, base = write(folder, LARGE, ROWS, LARGE[-1]), f"{folder}/large"
    run([lora, "pretrain", table, "--hidden", "2048,2048", "--steps", "1", "--no-standardize",
         "--holdout", "0", "-o", base])
    best = {}
    peak = 0
    for _ in range(n):
        peak = max(peak, float(run([sys.executable, "-c", GEMM])[1]))
        for method in ("lora", "full"):
            options = ["--full"] if method == "full" else ["--rank", str(RANK)]
            text = run([lora, "train", base, table, *options, "--holdout", "0", "--batch-size", str(BATCH), "--steps",
                        str(steps), "--learning-rate", "0.001", "--force", "--no-sync", "--json",
                        "-o", f"{folder}/out"])[1]
            said = json.loads(text)
            keep(best, method, "lora", steps * BATCH / said["seconds"],
                 said["peak_memory_bytes"] / 2**20)
            job = json.dumps([method, LARGE, RANK, 20_000, BATCH, steps])
            said = json.loads(run([sys.executable, "-c", TORCH, job])[1])
            keep(best, method, "torch", steps * BATCH / said["seconds"], said["peak"])
    print(f"sgemm 2048³ in torch: {peak:.0f} GFLOP/s")
    print(f"{'784-2048-2048-10':18} {'samples/s':>10} {'GFLOP/s':>8} {'of peak':>8} {'peak MiB':>9}")
    for (method, side), (speed, memory) in best.items():
        flops = speed * work(method) / 1e9
        print(f"{method + ' in ' + side:18} {speed:10.0f} {flops:8.0f} {flops / peak:8.0%} "
              f"{memory:9.0f}")


def keep(best, method, side, speed, memory):
    old = best.get((method, side), (0, 0))
    best[method, side] = (max(speed, old[0]), max(memory, old[1]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lora")
    arguments.add_argument("-n", type=int, default=3)
    arguments.add_argument("--steps", type=int, default=40)
    arguments.add_argument("--job", choices=["spirals", "large"])
    options = arguments.parse_args()
    lora = str(pathlib.Path(options.lora).resolve())
    with tempfile.TemporaryDirectory() as folder:
        if options.job != "large":
            spirals(lora, options.n, folder)
        if options.job != "spirals":
            large(lora, options.n, options.steps, folder)


if __name__ == "__main__":
    main()
