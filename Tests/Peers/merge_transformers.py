"""Merged folders written by lora, loaded by transformers: their logits against PEFT's.

    python merge_transformers.py LORA [FIXTURES]

LORA is the binary, FIXTURES the folder `fixtures/merge` of this repository. Every case whose base has
a config.json is merged by LORA into a folder, which transformers then loads as it stands, in float32.
Its outputs must be those of the base with PEFT's merged weights, rounded to the base's type, put in by
torch, within 2e-4 + 1e-4 |x|; nothing may be missing or left over. Ends with status 0 when all fit.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file

transformers.logging.set_verbosity_error()


def load(folder):
    config = transformers.AutoConfig.from_pretrained(folder)
    kind = getattr(transformers, config.architectures[0])
    model, info = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    left = {k: v for k, v in info.items() if k in ("missing_keys", "unexpected_keys", "mismatched_keys") and v}
    return model.eval(), left


def reference(base, merged, dtype):
    """The base with the merged weights put in, each rounded to the type in which it is stored."""
    model, _ = load(base)
    state = model.state_dict()
    with torch.no_grad():
        for name, tensor in load_file(merged).items():
            state[name].copy_(tensor.to(dtype).float())
    return model


def main():
    lora = sys.argv[1]
    here = pathlib.Path(__file__).resolve().parents[2]
    fixtures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else here / "fixtures/merge"
    failed = 0
    for case_file in sorted(fixtures.glob("*/case.json")):
        case = json.loads(case_file.read_text())
        base = (case_file.parent / case["base"]).resolve()
        if not (base / "config.json").exists():
            continue
        stored = load_file(case_file.parent / case["expected"]["outputs"])
        inputs = {k: v for k, v in stored.items() if not k.startswith("output_")}
        with tempfile.TemporaryDirectory() as scratch:
            out = pathlib.Path(scratch) / "merged"
            subprocess.run(
                [lora, "merge", base, case_file.parent / case["adapter"], "-o", out, "--quiet"],
                check=True, capture_output=True)
            model, left = load(out)
        dtype = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[case["base_dtype"]]
        expected = reference(base, case_file.parent / case["expected"]["merged_f32"], dtype)
        with torch.no_grad():
            found, wanted = model(**inputs).logits, expected(**inputs).logits
        gap = (found - wanted).abs()
        excess = float((gap - (2e-4 + 1e-4 * wanted.abs())).max())
        fits = excess <= 0 and not left
        failed += not fits
        print(f"{'fits' if fits else 'FAILS':6} {case['id']:24} largest gap {float(gap.max()):.2e} {left or ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
