"""Trains the text encoder and the denoiser together on cached latents. Resumes from its checkpoint."""

import argparse
import os
import time

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor

from data import Sampler
from flow import FlowMatching, GuidanceFolding
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

    def trained(self):
        return [p for p in self.parameters() if p.requires_grad]


def averaged_model(checkpoint):
    """-> (the moving average's weights in the model's class, not the last step's; the checkpoint)"""
    state = torch.load(checkpoint, map_location="cpu")
    model = Both()
    model.load_state_dict(state["model"])
    with torch.no_grad():
        for live, kept in zip(model.trained(), state["average"]):
            live.copy_(kept)
    return model.eval(), state


class Run:
    """A model in training: its average, its optimizer, and how far it is."""

    def __init__(self, args, model):
        self.args, self.model = args, model.to(args.device)
        self.trained = model.trained()
        self.average = [p.detach().clone() for p in self.trained]
        self.optimizer = torch.optim.AdamW(self.trained, lr=args.rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.step = self.samples = 0
        if os.path.exists(args.checkpoint):
            state = torch.load(args.checkpoint, map_location=args.device)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average, self.step, self.samples = state["average"], state["step"], state["samples"]

    def save(self):
        state = {"model": self.model.state_dict(), "average": self.average, "optimizer": self.optimizer.state_dict()}
        torch.save(state | {"step": self.step, "samples": self.samples}, self.args.checkpoint + ".part")
        os.replace(self.args.checkpoint + ".part", self.args.checkpoint)

    def rate(self, now):
        """Warms up by steps; falls linearly by the clock from `decay_start` to `until` (unix seconds)."""
        args, fall = self.args, 1.0
        if args.decay_start and now > args.decay_start:
            fall = max(0.03, (args.until - now) / (args.until - args.decay_start))
        return args.rate * min(1.0, (self.step + 1) / args.warm_up) * fall

    def learn(self, loss):
        """One step of the optimizer; the average is short at first."""
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(time.time())
        self.optimizer.step()
        self.optimizer.zero_grad()
        decay = min(self.args.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [p.data for p in self.trained], 1 - decay)
        self.step, self.samples = self.step + 1, self.samples + self.args.batch


def start(args, tokenizer):
    """-> (the model to train, what it learns). Folding starts from its teacher."""
    if args.fold:
        model, teacher = averaged_model(args.fold)[0].train(), averaged_model(args.fold)[0].to(args.device)
        return model, GuidanceFolding(tokenizer, teacher, args.guidance)
    model = Both(minilm_table(tokenizer, args.minilm))
    if args.start:
        from sample import Shipped
        shipped = Shipped(args.start)
        model.text.load_state_dict(shipped.text.state_dict())
        model.unet.load_state_dict(shipped.unet.state_dict())
    return model, FlowMatching(tokenizer)


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(int(time.time()))
    sampler, tokenizer = Sampler(args.cache, args.more_weight, args.pair_share), Tokenizer(args.vocabulary)
    model, loss_of = start(args, tokenizer)
    run = Run(args, model)
    print(sum(p.numel() for p in model.unet.parameters()), "unet", sum(p.numel() for p in run.trained), "trained parameters", flush=True)
    forward = torch.compile(model) if args.compile else model
    started = saved = time.time()
    first, losses = run.step, []
    while time.time() < args.until:
        latents, texts = sampler.batch(args.batch)
        loss = loss_of(forward, latents.to(args.device), texts)
        run.learn(loss)
        losses.append(float(loss.detach()))
        if run.step % 50 == 0:
            speed = (run.step - first) * args.batch / (time.time() - started)
            print(f"step {run.step} samples {run.samples} loss {sum(losses[-200:]) / len(losses[-200:]):.4f} {speed:.1f}/s", flush=True)
        if time.time() - saved > 150:
            run.save()
            saved = time.time()
    run.save()


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("cache", "vocabulary", "minilm", "checkpoint"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--start", help="exported model folder to start from")
    parser.add_argument("--fold", help="checkpoint whose guided prediction is to be learnt")
    parser.add_argument("--guidance", type=float, default=3.0, help="the guidance scale that is folded in")
    parser.add_argument("--until", type=float, required=True, help="unix time to stop at")
    parser.add_argument("--decay-start", type=float, default=0, help="unix time at which the learning rate starts to fall")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--warm-up", type=int, default=300, help="steps over which the learning rate rises")
    parser.add_argument("--average", type=float, default=0.9985, help="decay of the moving average")
    parser.add_argument("--more-weight", type=float, default=1.0, help="how often a subject of MORE is shown, against one of PLAIN")
    parser.add_argument("--pair-share", type=float, default=0.08, help="share of samples with two subjects")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--compile", action="store_true", help="torch.compile: a minute of waiting, then faster steps")
    return parser.parse_args()


if __name__ == "__main__":
    main()
