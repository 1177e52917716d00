"""Training beside an NF4 base and beside the same base in f32: peak memory, and accuracy over seeds.

    python qlora_memory.py LORA SCRATCH [--hidden 4096,4096] [--steps 60] [--seeds 5]

LORA is the binary. A network 784-4096-4096-10 is made with numpy, with weights as PyTorch begins them, and
a table of ten noisy classes; the network's head is fitted to the table's first half, so that there is
something to keep. `lora quantize` makes the NF4 base. Then for each seed an adapter is trained on both, on
the classes' second, turned half, and scored on rows held out.

Peak memory is the process's own peak resident size, as the run reports it (a parent is told more: what
it held itself when it forked counts as well). What a run needs
beside the base's weights is measured with a base of the same layers that is 1/64 as wide. Prints for both
bases what the weights take of the peak, the ratio, and mean and deviation of the accuracy.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np


def write(path, tensors):
    header, offset = {"__metadata__": {"format": "pt", "activation": "relu"}}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape),
                        "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in tensors.values():
            file.write(values.tobytes())


def network(sizes, features, labels):
    """Random hidden layers, and a head fitted to the labels by ridge regression."""
    random = np.random.default_rng(1)
    tensors, x = {}, features
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        bound = inputs ** -0.5
        weight = random.uniform(-bound, bound, (outputs, inputs)).astype(np.float32)
        bias = random.uniform(-bound, bound, outputs).astype(np.float32)
        if index == len(sizes) - 2:
            targets = np.eye(outputs, dtype=np.float32)[labels] * 10
            gram = x @ x.T + 1e-2 * len(x) * np.eye(len(x), dtype=np.float32)
            weight = (x.T @ np.linalg.solve(gram, targets)).T.astype(np.float32).copy()
            bias = np.zeros(outputs, np.float32)
        tensors[f"{2 * index}.weight"], tensors[f"{2 * index}.bias"] = weight, bias
        x = np.maximum(x @ weight.T + bias, 0)
    return tensors


def table(path, features, labels):
    with open(path, "w") as file:
        file.write(",".join(f"x{i}" for i in range(features.shape[1])) + ",label\n")
        for row, label in zip(features, labels):
            file.write(",".join(f"{value:.4f}" for value in row) + f",{label}\n")


def classes(count, seed, turn):
    """Ten clusters in 784 dimensions; `turn` mixes the second half of the features."""
    random = np.random.default_rng(7)
    centres = random.normal(0, 0.25, (10, 784)).astype(np.float32)
    if turn:
        centres[:, 392:] = np.roll(centres[:, 392:], 1, axis=0)
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count)
    return centres[labels] + random.normal(0, 1, (count, 784)).astype(np.float32) * 1.6, labels


def run(command):
    """The command's report."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: status {done.returncode}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lora")
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--hidden", default="4096,4096")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    folder = options.scratch
    folder.mkdir(parents=True, exist_ok=True)
    hidden = [int(size) for size in options.hidden.split(",")]
    table(folder / "train.csv", *classes(1500, 3, True))
    table(folder / "test.csv", *classes(1500, 4, True))
    features, labels = classes(1500, 2, False)
    bases = {"f32": hidden, "f32 small": [max(8, size // 64) for size in hidden]}
    sizes = {}
    for name, widths in bases.items():
        path = folder / (name.replace(" ", "-") + ".safetensors")
        tensors = network([784, *widths, 10], features, labels)
        write(path, tensors)
        sizes[name] = sum(values.nbytes for values in tensors.values())
        run([options.lora, "quantize", path, "-o", str(path).replace("f32", "nf4"), "--force", "--json"])
    peaks, scores = {}, {}
    for seed in range(options.seeds):
        for base in ("f32", "nf4", "f32-small", "nf4-small"):
            if base.endswith("small") and seed:
                continue
            train = [options.lora, "train", folder / f"{base}.safetensors", folder / "train.csv", "--holdout", "0", "-o",
                     folder / "adapter", "--force", "--json", "--rank", 8, "--steps", options.steps,
                     "--batch-size", 64, "--learning-rate", 1e-3, "--optimizer", "adamw", "--seed", seed]
            peak = run(train)["peak_memory_bytes"]
            peaks[base] = max(peaks.get(base, 0), peak)
            report = run([options.lora, "eval", folder / f"{base}.safetensors", folder / "test.csv",
                             "--adapter", folder / "adapter", "--json"])
            scores.setdefault(base, []).append(report["accuracy"])
    share = {name: peaks[name] - peaks[name + "-small"] for name in ("f32", "nf4")}
    for name in ("f32", "nf4"):
        print(json.dumps({
            "base": name, "peak_mib": round(peaks[name] / 2**20, 1),
            "weights_share_mib": round(share[name] / 2**20, 1),
            "accuracy_mean": round(float(np.mean(scores[name])), 4),
            "accuracy_deviation": round(float(np.std(scores[name], ddof=1)), 4)}))
    print(json.dumps({
        "f32_weights_mib": round(sizes["f32"] / 2**20, 1),
        "nf4_share_to_f32_weights": round(share["nf4"] / sizes["f32"], 3),
        "nf4_share_to_f32_share": round(share["nf4"] / share["f32"], 3)}))


if __name__ == "__main__":
    main()
