"""Trains the shipped AutoencoderTiny: encoder on (picture -> TAESD latents), decoder on (TAESD latents -> picture).

Both learn from 64 px crops, so that they are cheap; they are fully convolutional. Usage: see README.md.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from crops import PHOTOS, build_pool
from pictures import place, read_artwork, read_rgba
from teacher import encode, load_teacher, tiny


def psnr(a, b):
    return float(-10 * torch.log10((a.clamp(0, 1) - b).square().flatten(1).mean(1)).mean())


@torch.no_grad()
def evaluate(model, teacher, images):
    """PSNR of (teacher encoder -> our decoder), (ours -> ours), (teacher -> teacher), and latent RMS error."""
    decode = lambda net, z: net.decoder(z) / 2 + 0.5
    z = encode(teacher, images)
    ours = model.encoder(images * 2 - 1)
    return {
        "teacher": psnr(decode(teacher, z), images), "decoder": psnr(decode(model, z), images),
        "both": psnr(decode(model, ours), images), "latent_rms_error": float((ours - z).square().mean().sqrt()),
    }


def held_out_images(held_out, size=128):
    return torch.stack([torch.from_numpy(place(rgba, size)).permute(2, 0, 1) for rgba in held_out])


def loss_decoder(model, latents, images):
    """Squared and absolute error of the picture and of its gradients: edges count, not only areas."""
    noise = torch.randn_like(latents) * torch.rand(len(latents), 1, 1, 1) * 0.1  # a denoiser's latents are never clean
    with torch.autocast("cpu", torch.bfloat16):
        out = model.decoder(latents + noise)
    out = out.float() / 2 + 0.5
    dx = lambda t: t[..., :, 1:] - t[..., :, :-1]
    dy = lambda t: t[..., 1:, :] - t[..., :-1, :]
    edges = (dx(out) - dx(images)).abs().mean() + (dy(out) - dy(images)).abs().mean()
    return 4 * F.mse_loss(out, images) + 0.3 * F.l1_loss(out, images) + 0.3 * edges


def loss_encoder(model, latents, images):
    with torch.autocast("cpu", torch.bfloat16):
        out = model.encoder(images * 2 - 1)
    return F.mse_loss(out.float(), latents)


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    found = read_artwork(args.art, args.reference, args.captions)
    labels = sorted(found)
    rgba = [read_rgba(found[label]["file"]) for label in labels]
    held_out, artwork = rgba[::40], [a for i, a in enumerate(rgba) if i % 40]  # 1 in 40 is kept for the figures
    photos = [Image.open(Path(args.photos, name)).convert("RGB") for name in PHOTOS]
    teacher = load_teacher(args.teacher)
    started = time.time()
    pool = build_pool(args.pool, artwork, photos, seed=1)
    targets = torch.cat([encode(teacher, part.float() / 255) for part in pool.split(512)])
    print(f"pool {len(pool)} crops in {time.time() - started:.0f} s", flush=True)
    model = tiny(args.encoder_width, args.decoder_width).to(memory_format=torch.channels_last)
    if args.resume:
        model.load_state_dict(torch.load(args.resume)["model"])
    test = held_out_images(held_out)
    cat = Image.open(Path(args.photos, "chelsea.png")).convert("RGB").resize((128, 128), Image.LANCZOS, box=(75, 0, 375, 300))
    cat = torch.from_numpy(np.asarray(cat, np.float32) / 255).permute(2, 0, 1)[None]
    train(args, model, teacher, pool, targets, test, cat)


def train(args, model, teacher, pool, targets, test, cat):
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.0)
    started, step = time.time(), 0
    while True:
        spent = (time.time() - started) / (args.minutes * 60)
        if spent >= 1:
            break
        for group in optimizer.param_groups:  # by the clock: warm up, hold, then a long linear fall
            group["lr"] = args.rate * min(1, (step + 1) / 100, max(0.02, (1 - spent) / 0.6))
        pick = torch.randint(len(pool), (args.batch,))
        images = (pool[pick].float() / 255).to(memory_format=torch.channels_last)
        latents = targets[pick]
        decoder_loss, encoder_loss = loss_decoder(model, latents, images), loss_encoder(model, latents, images)
        (decoder_loss + encoder_loss).backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        torch.nn.utils.clip_grad_norm_(model.encoder.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 50 == 0:
            print(f"step {step} {time.time() - started:.0f} s decoder {decoder_loss:.4f} encoder {encoder_loss:.4f}", flush=True)
        if step % 500 == 0:
            report(args, model, teacher, test, cat, step)
    report(args, model, teacher, test, cat, step)


def report(args, model, teacher, test, cat, step):
    model.eval()
    print("emoji", evaluate(model, teacher, test), "photo", evaluate(model, teacher, cat), flush=True)
    torch.save({"model": model.state_dict(), "step": step}, args.out)
    model.train()


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "photos", "teacher", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--resume")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--pool", type=int, default=15000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--encoder-width", type=int, default=32)
    parser.add_argument("--decoder-width", type=int, default=32)
    return parser.parse_args()


if __name__ == "__main__":
    main()
