"""Real tables: a network adapted by lora beside the same adaptation in torch, over several seeds.

    sklearn_tables.py LORA [--seeds 5]      LORA is the binary; needs scikit-learn, torch, numpy

The tables are those that scikit-learn brings along: breast cancer (UCI, two classes of 569 tumours),
digits (UCI, ten classes of 1797 images), diabetes (Efron and others 2004, a value of 442 patients);
they are written to a temporary folder and not kept. A third of the rows is the first table; on it lora
pretrains a network, which both sides begin from. The other rows are shifted (features turned against
each other, scaled and moved) and cut into rows to adapt to and rows to test on. Both sides train a
rank-4 adapter with the same optimizer, rate, batch size and number of steps; beginnings and batch
orders are drawn by each side's own generator. Printed are means and deviations over the seeds, and
the difference of the means in units of its standard error. Ends with status 1 where that is above 3.
"""
import argparse
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn import datasets
from torch import nn
from torch.nn import functional

RANK, ALPHA, RATE, BATCH, EPOCHS, HIDDEN = 4, 8, 0.01, 32, 40, 32


def tables(name):
    """The first table, the shifted rows to adapt to, and the shifted rows to test on."""
    data = getattr(datasets, f"load_{name}")()
    x, y = np.asarray(data.data, float), np.asarray(data.target, float)
    x = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1)
    if name == "diabetes":
        y = (y - y.mean()) / y.std()
    numbers = np.random.default_rng(7)
    order = numbers.permutation(len(x))
    first, adapt, test = np.split(order, [len(x) // 3, 2 * len(x) // 3])
    columns = x.shape[1]
    near = np.eye(columns) + 0.35 * numbers.standard_normal((columns, columns)) / math.sqrt(columns)
    turn, signs = np.linalg.qr(near)
    turn *= np.sign(np.diag(signs))  # a small turn, without reflections
    shifted = 1.2 * x @ turn + 0.3 * numbers.standard_normal(columns)
    return (x[first], y[first]), (shifted[adapt], y[adapt]), (shifted[test], y[test])


def write(path, x, y, is_class):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"f{i}" for i in range(x.shape[1])] + ["y"])
        for row, target in zip(x, y):
            writer.writerow([repr(float(v)) for v in row] + [int(target) if is_class else repr(float(target))])


class Adapted(nn.Module):
    def __init__(self, weight, bias):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        bound = 1 / math.sqrt(weight.shape[1])
        self.a = nn.Parameter(torch.empty(RANK, weight.shape[1]).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x):
        return functional.linear(x, self.weight, self.bias) + ALPHA / RANK * (x @ self.a.T) @ self.b.T


def in_torch(base, adapt, test, is_class, seed):
    torch.manual_seed(seed)
    state = load_file(base / "model.safetensors")
    net = nn.Sequential(Adapted(state["0.weight"], state["0.bias"]), nn.ReLU(),
                        Adapted(state["2.weight"], state["2.bias"]))
    x, tx = (torch.tensor(part[0], dtype=torch.float32) for part in (adapt, test))
    y, ty = (torch.tensor(part[1], dtype=torch.long if is_class else torch.float32)
             for part in (adapt, test))
    loss = functional.cross_entropy if is_class else (lambda p, t: functional.mse_loss(p[:, 0], t))
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0)
    for _ in range(EPOCHS):
        order = torch.randperm(len(x))
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        out = net(tx)
        value = float(loss(out, ty))
        if is_class:
            return value, float((out.argmax(1) == ty).float().mean())
        return value, float(1 - ((out[:, 0] - ty) ** 2).sum() / ((ty - ty.mean()) ** 2).sum())


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lora")
    arguments.add_argument("--seeds", type=int, default=5)
    options = arguments.parse_args()
    binary = str(pathlib.Path(options.lora).resolve())

    def lora(*words):
        done = subprocess.run([binary, *map(str, words)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout)

    torch.set_num_threads(1)  # the networks are small
    worst = 0
    print(f"{'table':14} {'measure':9} {'base':>7} {'lora':>16} {'torch':>16} {'apart by':>9}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("breast_cancer", "digits", "diabetes"):
            is_class = name != "diabetes"
            first, adapt, test = tables(name)
            files = [folder / f"{name}-{part}.csv" for part in ("first", "adapt", "test")]
            for file, part in zip(files, (first, adapt, test)):
                write(file, *part, is_class)
            task = "classification" if is_class else "regression"
            base = folder / name
            lora("pretrain", files[0], "--hidden", HIDDEN, "--task", task, "--epochs", 30,
                 "--holdout", 0, "--no-standardize", "--schedule", "constant", "--warmup", 0, "-o",
                 base, "--json")
            quality = "accuracy" if is_class else "r2"
            before = lora("eval", base, files[2], "--json", "--resamples", 0)
            results = {"lora": [], "torch": []}
            for seed in range(options.seeds):
                adapter = folder / f"{name}-{seed}"
                lora("train", base, files[1], "--holdout", 0, "--schedule", "constant",
                     "--warmup", 0, "--rank", RANK, "--alpha", ALPHA, "--learning-rate",
                     RATE, "--batch-size", BATCH, "--epochs", EPOCHS, "--optimizer", "adamw",
                     "--weight-decay", 0, "--seed", seed, "-o", adapter, "--json")
                score = lora("eval", base, files[2], "--adapter", adapter, "--json",
                             "--resamples", 0)
                results["lora"].append((score["loss"], score[quality]))
                results["torch"].append(in_torch(base, adapt, test, is_class, seed))
            for place, measure in enumerate(("loss", quality)):
                ours, theirs = (np.array(results[side])[:, place] for side in ("lora", "torch"))
                error = math.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / options.seeds)
                apart = abs(ours.mean() - theirs.mean()) / max(error, 1e-12)
                worst = max(worst, apart)
                print(f"{name:14} {measure:9} {before[measure]:7.4f} "
                      f"{ours.mean():8.4f} ±{ours.std(ddof=1):6.4f} "
                      f"{theirs.mean():8.4f} ±{theirs.std(ddof=1):6.4f} {apart:6.1f} σ")
    sys.exit(int(worst > 3))


if __name__ == "__main__":
    main()
