"""Adapters of every kind that `lora train` writes, loaded by PEFT around the same torch network.

    trained_adapters.py LORA        LORA is the binary; needs torch, peft, safetensors, numpy

Prints for each kind the largest difference of the logits over the bundled spirals, both in f64, and
fails above 1e-5.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file

KINDS = {
    "plain": [],
    "rslora": ["--rslora"],
    "dora": ["--dora", "--rank", "2"],
    "patterns": ["--rank-pattern", "0=2", "--rank-pattern", "4=3", "--alpha-pattern", "2=16"],
    "modules to save": ["--target-modules", "0,2", "--modules-to-save", "4"],
    "pissa": ["--init", "pissa", "--rank", "2"],
    "olora": ["--init", "olora", "--rank", "2", "--rslora"],
    "biases": ["--train-bias"],
}


def network(base):
    layers = [torch.nn.Linear(2, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(),
              torch.nn.Linear(64, 3)]
    net = torch.nn.Sequential(*layers)
    net.load_state_dict(load_file(base / "model.safetensors"))
    return net


def main():
    lora = pathlib.Path(sys.argv[1]).resolve()
    spirals = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "spirals"
    base, table = spirals / "base", spirals / "rotated.csv"
    rows = list(csv.reader(table.open()))[1:]
    x = torch.tensor([[float(value) for value in row[:2]] for row in rows], dtype=torch.float64)
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for kind, options in KINDS.items():
            adapter = pathlib.Path(folder) / kind.replace(" ", "-")
            subprocess.run(
                [lora, "train", base, table, "--epochs", "10", "-o", adapter, "--quiet", *options],
                check=True)
            model = PeftModel.from_pretrained(network(base), str(adapter)).eval().double()
            with torch.no_grad():
                theirs = model(x).numpy()
            text = subprocess.run(
                [lora, "predict", base, table, "--adapter", adapter, "--logits"], check=True,
                capture_output=True, text=True).stdout
            ours = np.array([[float(v) for v in line.split(",")[1:]]
                             for line in text.splitlines()[1:]])
            difference = float(np.abs(ours - theirs).max())
            worst = max(worst, difference)
            print(f"{kind:16} {difference:.1e}")
    sys.exit(worst > 1e-5)


if __name__ == "__main__":
    main()
