"""Checkpoints -> the shipped folder (int8/float16, SD 1.x diffusers layout), and the golden file the engine is tested with."""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from data import LATENTS_MEAN, LATENTS_STD
from quant import quantise, write
from sample import Shipped
from teacher import tiny
from text import Tokenizer
from train import averaged_model

LICENCE = "MIT AND Apache-2.0"
# What each file's numbers come from; NOTICE.txt has the names and the texts.
ORIGINS = {
    "text_encoder/model.safetensors": ("MIT AND Apache-2.0", "trained here; token table from all-MiniLM-L6-v2's word vectors"),
    "unet/diffusion_pytorch_model.safetensors": ("MIT", "trained here on Fluent Emoji artwork"),
    "vae/diffusion_pytorch_model.safetensors": ("MIT", "trained here on Fluent Emoji artwork and CC0 photographs, with TAESD as teacher"),
}
PALIMPSEST = {
    "name": "Built-in", "native_size": 128, "max_size": 256, "default_steps": 8, "default_guidance": 1.0,
    "strength_rule": "all-steps", "strength_exponent": 1.5, "sampler": "flow-euler", "license": LICENCE,
}
GOLDEN_PROMPT, GOLDEN_STEPS, GOLDEN_GUIDANCE = "a red apple", 8, 1.0


def write_autoencoder(out, checkpoint, widths):
    """Float16 as a whole: it is small, and rounding shows in flat areas."""
    model = tiny(*widths)
    model.load_state_dict(torch.load(checkpoint)["model"])
    config = {"_class_name": "AutoencoderTiny"} | plain(model.config)
    config |= {"latents_mean": LATENTS_MEAN, "latents_std": LATENTS_STD, "scaling_factor": 1.0, "shift_factor": 0.0}
    write(out / "vae", "diffusion_pytorch_model.safetensors", {k: v.half() for k, v in model.state_dict().items()}, config)


def plain(config):
    """A diffusers config as JSON, without what describes this machine's library."""
    return {k: v for k, v in json.loads(json.dumps(dict(config))).items() if not k.startswith("_")}


def write_text(out, text):
    state = {k if k.startswith("text_model.") else f"text_model.{k}": v for k, v in text.state_dict().items() if "position_ids" not in k}
    keep = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings",
            "hidden_act", "projection_dim", "bos_token_id", "eos_token_id", "layer_norm_eps", "model_type")
    config = {k: v for k, v in text.config.to_dict().items() if k in keep} | {"architectures": ["CLIPTextModel"]}
    write(out / "text_encoder", "model.safetensors", quantise(state), config)


def write_folder(args):
    out = Path(args.out)
    model, state = averaged_model(args.checkpoint)
    write_text(out, model.text)
    unet_config = {"_class_name": "UNet2DConditionModel"} | plain(model.unet.config)
    write(out / "unet", "diffusion_pytorch_model.safetensors", quantise(model.unet.state_dict()), unet_config)
    if args.autoencoder:
        write_autoencoder(out, args.autoencoder, (args.encoder_width, args.decoder_width))
    scheduler = {
        "_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 1.0,
        "use_dynamic_shifting": False, "prediction_type": "flow_prediction",
    }
    index = {
        "_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"], "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderTiny"], "palimpsest": PALIMPSEST,
    }
    (out / "scheduler").mkdir(exist_ok=True)
    (out / "scheduler/scheduler_config.json").write_text(json.dumps(scheduler, indent=2) + "\n")
    (out / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    shutil.copyfile(Path(__file__).with_name("NOTICE.txt"), out / "NOTICE.txt")
    print("step", state["step"], "samples", state["samples"], "bytes", sum(f.stat().st_size for f in out.rglob("*") if f.is_file()))


def write_manifest(folder):
    """`builtin.json` beside the folder: every file with its size, hash, licence and origin."""
    folder, rows = Path(folder), []
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        path, data = file.relative_to(folder).as_posix(), file.read_bytes()
        licence, origin = ORIGINS.get(path, ("MIT", "written here"))
        rows.append({"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "license": licence, "origin": origin})
    manifest = {"name": PALIMPSEST["name"], "license": LICENCE, "notice": "builtin/NOTICE.txt", "bytes": sum(row["bytes"] for row in rows), "files": rows}
    folder.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n")


@torch.no_grad()
def write_golden(model_dir, vocabulary, file):
    """What PyTorch computes in float32 with the shipped numbers; every random draw is stored."""
    shipped, generator = Shipped(model_dir), torch.Generator().manual_seed(1234)
    ids = Tokenizer(vocabulary)([GOLDEN_PROMPT, ""])
    text = shipped.text(input_ids=ids).last_hidden_state
    noise = torch.randn(1, 4, 16, 16, generator=generator)
    sample, timestep = torch.randn(2, 4, 16, 16, generator=generator), torch.tensor([700.0])
    latents = shipped.denoise(text.flip(0), noise, GOLDEN_STEPS, GOLDEN_GUIDANCE)
    tensors = {
        "ids": ids, "text": text, "noise": noise, "unet_sample": sample, "unet_timestep": timestep,
        "unet_output": shipped.unet(sample, timestep, text).sample, "latents": latents, "decoded": shipped.decode(latents),
        "sigmas": torch.tensor(torch.linspace(1, 1 / GOLDEN_STEPS, GOLDEN_STEPS).tolist() + [0.0]),
    }
    facts = {"prompt": GOLDEN_PROMPT, "steps": GOLDEN_STEPS, "guidance": GOLDEN_GUIDANCE}
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in tensors.items()}, file, metadata={k: json.dumps(v) for k, v in facts.items()})
    Path(file).chmod(0o644)


def main():
    parser = argparse.ArgumentParser()
    for name in ("checkpoint", "vocabulary", "out", "golden"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--autoencoder", help="its checkpoint; without one, the folder's stays as it is")
    parser.add_argument("--encoder-width", type=int, default=32)
    parser.add_argument("--decoder-width", type=int, default=32)
    args = parser.parse_args()
    torch.set_num_threads(1)
    write_folder(args)
    write_manifest(args.out)
    write_golden(args.out, args.vocabulary, args.golden)


if __name__ == "__main__":
    main()
