"""Adapters of every kind that `lora train` writes, loaded by PEFT around the same torch network, and
adapters of the same kinds trained and saved by PEFT, used by lora.

    trained_adapters.py LORA        LORA is the binary; needs torch, peft, safetensors, numpy

Prints for each kind the largest difference of the logits over the bundled spirals, both in f64: of an
adapter trained by lora, of one trained by PEFT put beside the base, and of that one merged. Fails above
1e-5; the merged network's weights are f32, which alone moves its logits by some 1e-6.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

KINDS = {
    "plain": [],
    "rslora": ["--rslora"],
    "dora": ["--dora", "--rank", "2"],
    "patterns": ["--rank-pattern", "0=2", "--rank-pattern", "4=3", "--alpha-pattern", "2=16"],
    "modules to save": ["--target-modules", "0,2", "--modules-to-save", "4"],
    "dora, dropout": ["--dora", "--dropout", "0.2"],
    "dora, pissa": ["--dora", "--init", "pissa", "--rank", "2"],
    "pissa": ["--init", "pissa", "--rank", "2"],
    "olora": ["--init", "olora", "--rank", "2", "--rslora"],
    "biases": ["--train-bias"],
}
# The kinds that PEFT saves without the base it changed.
IN_PEFT = {
    "plain": {},
    "rslora": {"use_rslora": True},
    "dora": {"use_dora": True, "r": 2},
    "dora, dropout": {"use_dora": True, "lora_dropout": 0.2},
    "patterns": {"rank_pattern": {"0": 2, "4": 3}, "alpha_pattern": {"2": 16}},
    "modules to save": {"target_modules": ["0", "2"], "modules_to_save": ["4"]},
    "biases": {"bias": "all"},
}


def network(base):
    layers = [torch.nn.Linear(2, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(),
              torch.nn.Linear(64, 3)]
    net = torch.nn.Sequential(*layers)
    net.load_state_dict(load_file(base / "model.safetensors"))
    return net


def trained_by_peft(base, settings, x, labels, folder):
    """Trains an adapter in PEFT, saves it, and gives its logits."""
    torch.manual_seed(3)
    settings = {"r": 4, "lora_alpha": 8, "target_modules": ["0", "2", "4"], **settings}
    model = get_peft_model(network(base), LoraConfig(**settings))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.01)
    for _ in range(30):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x.float()), labels).backward()
        optimizer.step()
    model.save_pretrained(folder)
    with torch.no_grad():
        return model.eval().double()(x).numpy()


def logits(lora, *arguments):
    text = subprocess.run([lora, "predict", *arguments, "--logits"], check=True,
                          capture_output=True, text=True).stdout
    return np.array([[float(v) for v in line.split(",")[1:]] for line in text.splitlines()[1:]])


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
                [lora, "train", base, table, "--epochs", "10", "--holdout", "0", "-o", adapter, "--quiet", *options],
                check=True)
            model = PeftModel.from_pretrained(network(base), str(adapter)).eval().double()
            with torch.no_grad():
                theirs = model(x).numpy()
            ours = logits(lora, base, table, "--adapter", adapter)
            difference = float(np.abs(ours - theirs).max())
            worst = max(worst, difference)
            print(f"by lora  {kind:16} {difference:.1e}")
        labels = torch.tensor([int(row[2]) for row in rows])
        for kind, settings in IN_PEFT.items():
            adapter = pathlib.Path(folder) / ("peft-" + kind.replace(" ", "-"))
            theirs = trained_by_peft(base, settings, x, labels, adapter)
            merged = pathlib.Path(folder) / "merged"
            subprocess.run([lora, "merge", base, adapter, "-o", merged, "--force", "--quiet"],
                           check=True)
            gaps = [float(np.abs(found - theirs).max())
                    for found in (logits(lora, base, table, "--adapter", adapter),
                                  logits(lora, merged, table))]
            worst = max(worst, *gaps)
            print(f"by PEFT  {kind:16} {gaps[0]:.1e}  merged {gaps[1]:.1e}")
    print(f"largest {worst:.1e}")
    sys.exit(int(worst > 1e-5))


if __name__ == "__main__":
    main()
