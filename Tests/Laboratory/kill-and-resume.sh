#!/bin/bash
# Kills a training run at random moments, takes it up each time, and compares the SHA-256 of what it
# writes in the end with that of a run without a break.
#
#   kill-and-resume.sh LORA [KILLS]      LORA is the binary; 100 kills unless told otherwise
set -euo pipefail
lora=$(realpath "$1")
kills=${2:-100}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$lora" synth spirals > plain.csv
"$lora" synth spirals --rotation 1.2 > rotated.csv
"$lora" pretrain plain.csv -o base --epochs 20 --quiet
train=("$lora" train base rotated.csv --epochs 400 --schedule cosine --warmup 50 --clip-norm 1
  --threads 1 --quiet)
resume=("${train[@]}" -o out.safetensors --checkpoint states --every 25 --resume)
"${train[@]}" -o whole.safetensors
expected=$(sha256sum < whole.safetensors)

killed=0
while [ "$killed" -lt "$kills" ]; do
  rm -rf states out.safetensors
  while [ "$killed" -lt "$kills" ] && [ ! -e out.safetensors ]; do
    "${resume[@]}" 2> /dev/null & process=$!
    sleep "0.$((RANDOM % 30 + 3))"
    if kill -9 "$process" 2> /dev/null; then killed=$((killed + 1)); fi
    { wait "$process" || true; } 2> /dev/null
  done
  if [ ! -e out.safetensors ]; then
    "${resume[@]}" 2> /dev/null
  fi
  if [ "$(sha256sum < out.safetensors)" != "$expected" ]; then
    echo "another SHA-256 after $killed kills" >&2
    exit 1
  fi
done
echo "$killed kills, one SHA-256: ${expected%% *}"
