"""How fast a table of numbers is read: lora beside pandas and polars, each in a process of its own.

    csv_speed.py LORA [--rows 1000000] [--columns 20] [-n 5]

LORA is the binary; needs numpy, pandas, polars. The table is made first (about 200 MB), with seven
digits behind the point and a class in the last column. `read` is the time from opening the file to a
float32 matrix in memory, without imports and without what comes after; `process` is the whole
process, for lora with one step of training and an evaluation of all rows. The best of n, in turn.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PEERS = {
    "pandas": "import pandas as pd; load = lambda f: pd.read_csv(f, dtype='float32').to_numpy()",
    "polars": "import polars as pl; load = lambda f: pl.read_csv(f).cast(pl.Float32).to_numpy()",
}
PEER = """
import json, sys, time
{load}
start = time.perf_counter()
matrix = load(sys.argv[1])
print(json.dumps({{"seconds": time.perf_counter() - start, "rows": len(matrix)}}))
"""


def make(path, rows, columns):
    import numpy as np
    numbers = np.random.default_rng(0)
    with open(path, "w") as file:
        file.write(",".join(f"f{i}" for i in range(columns - 1)) + ",label\n")
        line = ",".join(["%.7f"] * (columns - 1)) + ",%d\n"
        for start in range(0, rows, 20_000):
            count = min(20_000, rows - start)
            x = numbers.standard_normal((count, columns - 1))
            y = numbers.integers(0, 10, count)
            file.write("".join(line % (*row, label) for row, label in zip(x.tolist(), y.tolist())))


def measure(command):
    """Seconds and peak memory in MB of the process, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, json.loads(text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lora")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--columns", type=int, default=20)
    arguments.add_argument("-n", type=int, default=5)
    options = arguments.parse_args()
    lora = str(pathlib.Path(options.lora).resolve())
    with tempfile.TemporaryDirectory() as folder:
        table, net = f"{folder}/table.csv", f"{folder}/net"
        make(table, options.rows, options.columns)
        commands = {name: [sys.executable, "-c", PEER.format(load=load), table]
                    for name, load in PEERS.items()}
        commands["lora"] = [lora, "pretrain", table, "--hidden", "1", "--steps", "1", "--holdout", "0",
                            "--no-standardize", "-o", net,
                            "--force", "--no-sync", "--json"]
        best = {}
        for _ in range(options.n):
            for name, command in commands.items():
                process, memory, said = measure(command)
                read = said.get("seconds") if name in PEERS else said["read_seconds"]
                if name == "lora":
                    memory = said["peak_memory_bytes"] / 2**20
                old = best.get(name, (9e9, 9e9, 0))
                best[name] = (min(read, old[0]), min(process, old[1]), max(memory, old[2]))
        size = os.path.getsize(table) / 1e6
        matrix = options.rows * options.columns * 4 / 2**20
        print(f"{size:.0f} MB, {options.rows} rows of {options.columns}; as float32 {matrix:.0f} MiB")
        print(f"{'':8} {'read s':>8} {'MB/s':>7} {'process s':>10} {'MB/s':>7} {'peak MiB':>9}")
        for name, (read, process, memory) in best.items():
            print(f"{name:8} {read:8.3f} {size / read:7.0f} {process:10.3f} "
                  f"{size / process:7.0f} {memory:9.0f}")


if __name__ == "__main__":
    main()
