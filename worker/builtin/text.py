"""CLIP's byte-pair tokens, and a small CLIP text encoder whose token table comes from MiniLM's word vectors."""

import gzip
import html
import math
from functools import lru_cache
from pathlib import Path

import regex
import torch
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModel

CONTEXT, BOS, EOS, VOCABULARY, WIDTH = 77, 49406, 49407, 49408, 128
PIECES = regex.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE)


def bytes_to_unicode():
    """CLIP's reversible byte -> printable character table."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [b for b in range(256) if b not in shown]
    return dict(zip(shown + hidden, [chr(b) for b in shown] + [chr(256 + i) for i in range(len(hidden))]))


class Tokenizer:
    """`bpe_simple_vocab_16e6.txt.gz` of OpenAI's CLIP -> ids, padded with EOS to 77 as SD does."""

    def __init__(self, vocabulary_file):
        lines = gzip.open(vocabulary_file).read().decode().split("\n")[1:49152 - 256 - 2 + 1]
        merges = [tuple(line.split()) for line in lines]
        self.bytes = bytes_to_unicode()
        alphabet = list(self.bytes.values())
        self.tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}

    @lru_cache(maxsize=None)
    def word(self, text):
        parts = [*text[:-1], text[-1] + "</w>"]
        while len(parts) > 1:
            pairs = list(zip(parts, parts[1:]))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, math.inf))
            if best not in self.ranks:
                break
            merged, i = [], 0
            while i < len(parts):
                joined = tuple(parts[i:i + 2]) == best
                merged.append("".join(best) if joined else parts[i])
                i += 2 if joined else 1
            parts = merged
        return [self.ids[part] for part in parts]

    def __call__(self, texts):
        """-> [n, 77] int64"""
        out = torch.full((len(texts), CONTEXT), EOS)
        for row, text in zip(out, texts):
            text = " ".join(html.unescape(text).split()).lower()
            words = ["".join(self.bytes[b] for b in piece.encode()) for piece in PIECES.findall(text)]
            ids = [BOS] + [i for word in words for i in self.word(word)][:CONTEXT - 2]
            row[:len(ids)] = torch.tensor(ids)
        return out


def minilm_table(tokenizer, minilm_dir):
    """[49408, 128]: for each BPE token the mean of MiniLM's word-piece vectors of its text, through PCA."""
    pieces = {line: i for i, line in enumerate(Path(minilm_dir, "vocab.txt").read_text().split("\n"))}
    weights = load_file(Path(minilm_dir, "model.safetensors"))
    vectors = next(v for k, v in weights.items() if k.endswith("embeddings.word_embeddings.weight")).float()
    back = {c: b for b, c in tokenizer.bytes.items()}

    def split(text, lead=""):
        ids = []
        while text:
            length = next((n for n in range(len(text), 0, -1) if lead + text[:n] in pieces), None)
            if length is None:
                return ids
            ids.append(pieces[lead + text[:length]])
            text, lead = text[length:], "##"
        return ids

    table, clean = torch.zeros(VOCABULARY, vectors.shape[1]), []
    for i, token in enumerate(tokenizer.tokens[:BOS]):
        text = bytes(back[c] for c in token.replace("</w>", "")).decode(errors="ignore")
        ids = split(text)
        if ids:
            table[i] = vectors[ids].mean(0)
        if len(ids) == 1 and token.endswith("</w>") and len(text) > 2:
            clean.append(i)
    mean = table[clean].mean(0)
    basis = torch.linalg.svd(table[clean] - mean, full_matrices=False)[2][:WIDTH]
    reduced = (table - mean) @ basis.T
    reduced[table.abs().sum(1) == 0] = 0
    generator = torch.Generator().manual_seed(0)
    reduced[[BOS, EOS]] = torch.randn(2, WIDTH, generator=generator)
    return reduced / reduced.square().mean(1, keepdim=True).sqrt().clamp_min(1e-6) * 0.5


def text_config(layers=4):
    return CLIPTextConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=layers, num_attention_heads=4,
        max_position_embeddings=CONTEXT, hidden_act="quick_gelu", projection_dim=WIDTH, bos_token_id=BOS, eos_token_id=EOS,
        attn_implementation="eager",
    )


def text_model(table=None, layers=4):
    """Everything is learned but the token table, which stays what MiniLM made it: unseen words keep their neighbours."""
    model = CLIPTextModel(text_config(layers))
    embeddings = [m for m in model.modules() if isinstance(m, torch.nn.Embedding) and m.num_embeddings == VOCABULARY]
    if table is not None:
        embeddings[0].weight.data.copy_(table)
    embeddings[0].weight.requires_grad_(False)
    return model
