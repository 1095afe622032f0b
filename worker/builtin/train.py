"""Trains the text encoder and the denoiser together: flow matching on cached latents. Resumes from its checkpoint."""

import argparse
import os
import random
import time

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor

from data import Sampler
from text import Tokenizer, minilm_table, text_model

UNET = dict(
    sample_size=16, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(64, 128, 192),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    cross_attention_dim=128, attention_head_dim=4, norm_num_groups=32,
)


def unet_model():
    unet = UNet2DConditionModel(**UNET)
    unet.set_attn_processor(AttnProcessor())  # plain matrix products: twice the CPU speed of the fused kernel's backward
    return unet


class Both(torch.nn.Module):
    """Text encoder and denoiser under one optimizer and one average."""

    def __init__(self, table=None):
        super().__init__()
        self.text, self.unet = text_model(table), unet_model()

    def forward(self, noisy, timesteps, ids):
        states = self.text(input_ids=ids).last_hidden_state
        return self.unet(noisy, timesteps, states).sample


def flow_loss(model, latents, ids):
    """v = noise - x0 at x_t = (1 - s) x0 + s noise; s is logit-normal, shifted a little towards noise."""
    s = torch.sigmoid(torch.randn(len(latents)) + 0.2)
    noise = torch.randn_like(latents)
    mix = s.view(-1, 1, 1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        predicted = model((1 - mix) * latents + mix * noise, s * 1000, ids)
    return (predicted.float() - (noise - latents)).square().mean()


def averaged(average, model, step):
    """Exponential moving average, short at first."""
    decay = min(0.9985, (1 + step) / (10 + step))
    with torch.no_grad():
        for kept, live in zip(average, (p for p in model.parameters() if p.requires_grad)):
            kept.lerp_(live, 1 - decay)


def rate_at(args, step, now):
    """Warm up by steps; fall linearly by the clock from `decay_start` to `until` (unix seconds)."""
    fall = 1.0
    if args.decay_start and now > args.decay_start:
        fall = max(0.03, (args.until - now) / (args.until - args.decay_start))
    return args.rate * min(1.0, (step + 1) / 300) * fall


def save(args, model, average, optimizer, step, samples):
    torch.save({"model": model.state_dict(), "average": average, "optimizer": optimizer.state_dict(), "step": step, "samples": samples}, args.checkpoint + ".part")
    os.replace(args.checkpoint + ".part", args.checkpoint)


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(int(time.time()))
    sampler, tokenizer = Sampler(args.cache), Tokenizer(args.vocabulary)
    model = Both(minilm_table(tokenizer, args.minilm))
    trained = [p for p in model.parameters() if p.requires_grad]
    average = [p.detach().clone() for p in trained]
    optimizer = torch.optim.AdamW(trained, lr=args.rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    step = samples = 0
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average, step, samples = state["average"], state["step"], state["samples"]
    print(sum(p.numel() for p in model.unet.parameters()), "unet", sum(p.numel() for p in trained), "trained parameters", flush=True)
    started = saved = time.time()
    first, losses = step, []
    while time.time() < args.until:
        latents, texts = sampler.batch(args.batch)
        ids = tokenizer(["" if random.random() < 0.1 else text for text in texts])
        loss = flow_loss(model, latents, ids)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(args, step, time.time())
        optimizer.step()
        optimizer.zero_grad()
        averaged(average, model, step)
        step, samples = step + 1, samples + args.batch
        losses.append(float(loss))
        if step % 50 == 0:
            speed = (step - first) * args.batch / (time.time() - started)
            print(f"step {step} samples {samples} loss {sum(losses[-200:]) / len(losses[-200:]):.4f} {speed:.1f}/s", flush=True)
        if time.time() - saved > 150:
            save(args, model, average, optimizer, step, samples)
            saved = time.time()
    save(args, model, average, optimizer, step, samples)


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("cache", "vocabulary", "minilm", "checkpoint"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--until", type=float, required=True, help="unix time to stop at")
    parser.add_argument("--decay-start", type=float, default=0, help="unix time at which the learning rate starts to fall")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=6e-4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
