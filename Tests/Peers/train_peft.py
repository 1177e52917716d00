"""Adapters trained by lora, loaded by PEFT around the same torch network: the outputs are compared.

    python train_peft.py LORA

LORA is the binary. For every activation and several kinds of adapter a network is pretrained and
adapted by LORA; PEFT's outputs, in float64, are then compared with `lora predict --logits`, for base
and adapter and for the merged network. Ends with status 0 when the largest gap is at most 1e-5.
"""
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import nn

warnings.simplefilter("error")  # PEFT warns of settings it does not know

ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh}
KINDS = [
    [],
    ["--train-bias"],
    ["--rslora", "--alpha", "3"],
    ["--target-modules", "0,4", "--rank", "2"],
]


def lora(*arguments):
    return subprocess.run([sys.argv[1], *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def logits(*arguments):
    lines = lora("predict", *arguments, "--logits").splitlines()[1:]
    return np.array([[float(field) for field in line.split(",")[1:]] for line in lines])


def peft_logits(base, adapter, activation, x):
    network = nn.Sequential(nn.Linear(2, 64), activation(), nn.Linear(64, 64), activation(), nn.Linear(64, 3))
    network.load_state_dict(load_file(base / "model.safetensors"))
    model = PeftModel.from_pretrained(network, adapter).double()
    with torch.no_grad():
        return model(x).numpy()


def main():
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plain, rotated = folder / "plain.csv", folder / "rotated.csv"
        plain.write_text(lora("synth", "spirals"))
        rotated.write_text(lora("synth", "spirals", "--rotation", "1.2"))
        x = torch.tensor(np.loadtxt(rotated, delimiter=",", skiprows=1)[:, :2], dtype=torch.float64)
        for name, activation in ACTIVATIONS.items():
            base = folder / f"base-{name}"
            lora("pretrain", plain, "--activation", name, "--no-standardize", "-o", base)
            for kind in KINDS:
                adapter, merged = folder / "adapter", folder / "merged"
                lora("train", base, rotated, "-o", adapter, "--force", *kind)
                lora("merge", base, adapter, "-o", merged, "--force")
                expected = peft_logits(base, adapter, activation, x)
                apart, together = logits(base, rotated, "--adapter", adapter), logits(merged, rotated)
                gaps = [float(np.abs(found - expected).max()) for found in (apart, together)]
                worst = max(worst, *gaps)
                print(f"{name:5} {' '.join(kind) or 'plain':30} adapter {gaps[0]:.1e}  merged {gaps[1]:.1e}")
    print(f"largest gap {worst:.1e}")
    sys.exit(worst > 1e-5)


if __name__ == "__main__":
    main()
