"""Writes fixtures/text/embeddings.json: one vector a row by transformers, in f64, of tiny models of the fixtures.

Usage: python embeddings.py > fixtures/text/embeddings.json
"""
import json
from pathlib import Path

import torch
from transformers import AutoModel

MODELS = Path(__file__).resolve().parents[2] / "fixtures/text/models"
ROWS = {
    "bert-regression": [[9, 57, 77, 51], [28, 73, 67, 11, 21, 3, 77], [5]],
    "modernbert": [[9, 57, 77, 51], [28, 73, 67, 11, 21, 3, 77], [5]],
    "qwen3": [[9, 57, 77, 51], [28, 73, 67, 11, 21, 3, 77], [5]],
}


def vectors(name):
    model = AutoModel.from_pretrained(
        MODELS / name / "base", dtype=torch.float64, attn_implementation="eager"
    ).eval()
    for ids in ROWS[name]:
        with torch.no_grad():
            states = model(input_ids=torch.tensor([ids])).last_hidden_state[0].double()
        pooled = {"cls": states[0], "mean": states.mean(0), "last": states[-1]}
        yield {"ids": ids} | {kind: vector.tolist() for kind, vector in pooled.items()}


print(json.dumps({name: list(vectors(name)) for name in ROWS}, separators=(",", ":")))
