"""A thousand exact swaps on one checkpoint, against the direct merges and the base.

    python thousand_swaps.py LORA [FOLDER] [COUNT]

Makes a bf16 checkpoint of 100 MB and three adapters in FOLDER (a temporary folder, removed, when
left out), merges the first with --reversible and swaps A -> B -> C -> A ... COUNT times, each swap
reading only the last result, its remainder and adapters. Every SHA-256 of the tensors' bytes must
be that of the direct merge of the same adapter into the base; after the last unmerge, that of the
base. Prints both. Needs numpy.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy

LAYERS, WIDTH = 6, 2048
random = numpy.random.default_rng(1)


def write(path, tensors):
    """Writes a safetensors file of (name, dtype, array) triples."""
    header, offset = {}, 0
    for name, dtype, array in tensors:
        header[name] = {
            "dtype": dtype, "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, _, array in tensors:
            file.write(array.tobytes())


def bf16(values):
    bits = values.astype(numpy.float32).view(numpy.uint32).astype(numpy.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(numpy.uint16)


def write_base(path):
    write(path, [
        (f"layers.{layer}.{name}.weight", "BF16",
         bf16(random.standard_normal((rows, WIDTH), dtype=numpy.float32) * 0.02))
        for layer in range(LAYERS) for name, rows in (("q", WIDTH), ("v", WIDTH))])


def write_adapter(path, rank, size, targets):
    os.makedirs(path)
    tensors = []
    for layer in range(LAYERS):
        for target in targets:
            prefix = f"base_model.model.layers.{layer}.{target}"
            down = random.standard_normal((rank, WIDTH), dtype=numpy.float32)
            up = random.standard_normal((WIDTH, rank), dtype=numpy.float32)
            tensors.append((f"{prefix}.lora_A.weight", "F32", down))
            tensors.append((f"{prefix}.lora_B.weight", "F32", up * (0.02 * size / rank ** 0.5)))
    write(f"{path}/adapter_model.safetensors", tensors)
    with open(f"{path}/adapter_config.json", "w") as file:
        json.dump({"peft_type": "LORA", "r": rank, "lora_alpha": rank,
                   "target_modules": targets}, file)


def digest(path):
    """SHA-256 of the data section: the tensors' bytes."""
    with open(path, "rb") as file:
        start = int.from_bytes(file.read(8), "little")
        file.seek(start, 1)
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(lora, folder, count):
    def run(*arguments):
        subprocess.run([lora, *arguments, "--quiet", "--no-sync"], cwd=folder, check=True)

    base = f"{folder}/base.safetensors"
    write_base(base)
    adapters = ["a", "b", "c"]
    write_adapter(f"{folder}/a", 8, 0.01, ["q", "v"])
    write_adapter(f"{folder}/b", 16, 0.1, ["q"])
    write_adapter(f"{folder}/c", 4, 0.5, ["v", "q"])
    direct = {}
    for name in adapters:
        run("merge", "base.safetensors", name, "-o", "direct.safetensors", "--force")
        direct[name] = digest(f"{folder}/direct.safetensors")
    run("merge", "base.safetensors", "a", "-o", "0.safetensors", "--reversible")
    wrong, started = 0, time.monotonic()
    for number in range(count):
        name = adapters[(number + 1) % 3]
        # Two names in turn, so that each swap replaces the result before the last.
        old, new = f"{number % 2}.safetensors", f"{(number + 1) % 2}.safetensors"
        run("swap", old, name, "-o", new, "--force")
        if digest(f"{folder}/{new}") != direct[name]:
            wrong += 1
    seconds = time.monotonic() - started
    last = f"{count % 2}.safetensors"
    run("unmerge", last, "-o", "restored.safetensors")
    print(f"{count} swaps of {os.path.getsize(base) / 1e6:.0f} MB in {seconds:.0f} s: "
          f"{wrong} differ from the direct merge")
    print(f"last swap     {digest(f'{folder}/{last}')}")
    print(f"direct merge  {direct[adapters[count % 3]]}")
    print(f"after unmerge {digest(f'{folder}/restored.safetensors')}")
    print(f"base          {digest(base)}")
    return wrong == 0 and digest(f"{folder}/restored.safetensors") == digest(base)


if __name__ == "__main__":
    tool = os.path.abspath(sys.argv[1])
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    if len(sys.argv) > 2:
        os.makedirs(sys.argv[2], exist_ok=True)
        sys.exit(not main(tool, os.path.abspath(sys.argv[2]), times))
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(not main(tool, scratch, times))
