"""Times the search of `lora extract` beside torch.svd_lowrank on the same differences.

    python Tests/Peers/extract_speed.py .build/release/lora SCRATCH [--repeats 3]

Makes a rank-16 matrix with noise a tenth of its norm as the difference of two checkpoints, extracts it
at rank 16 with both, in turn, and prints the seconds of each search and the error that each leaves,
measured here in float64. Needs torch and safetensors.
"""
import argparse
import json
import subprocess
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

RANK = 16


def difference(rows, columns):
    generator = torch.Generator().manual_seed(0)
    low = torch.randn(rows, RANK, generator=generator) @ torch.randn(RANK, columns, generator=generator)
    noise = torch.randn(rows, columns, generator=generator)
    return (low + noise * (0.1 * low.norm() / noise.norm())) * 0.001


def error(d, b, a):
    return ((d.double() - b.double() @ a.double()).norm() / d.double().norm()).item()


def ours(binary, scratch, d):
    report = subprocess.run(
        [binary, "extract", scratch / "base.safetensors", scratch / "tuned.safetensors",
         "--rank", str(RANK), "-o", scratch / "adapter", "--force", "--no-sync", "--json"],
        check=True, capture_output=True, text=True)
    matrix = json.loads(report.stdout)["tensors"][0]
    factors = load_file(scratch / "adapter" / "adapter_model.safetensors")
    b = factors["base_model.model.x.lora_B.weight"]
    a = factors["base_model.model.x.lora_A.weight"]
    return matrix["seconds"], error(d, b, a), matrix["least_error"]


def torchs(d):
    torch.manual_seed(0)
    start = time.perf_counter()
    u, s, v = torch.svd_lowrank(d, q=RANK + 8, niter=2)
    seconds = time.perf_counter() - start
    return seconds, error(d, u[:, :RANK] * s[:RANK], v[:, :RANK].T)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    for rows, columns in ((4096, 4096), (4096, 11008)):
        d = difference(rows, columns)
        save_file({"x.weight": torch.zeros(rows, columns)}, options.scratch / "base.safetensors")
        save_file({"x.weight": d}, options.scratch / "tuned.safetensors")
        torchs(d)
        for _ in range(options.repeats):
            seconds, found, least = ours(options.binary, options.scratch, d)
            peer, peer_error = torchs(d)
            print(json.dumps({
                "size": [rows, columns], "rank": RANK, "lora_s": round(seconds, 4),
                "torch_s": round(peer, 4), "lora_error": found, "lora_least_error": least,
                "torch_error": peer_error}))


if __name__ == "__main__":
    main()
