"""What is learnt: the flow from noise to pictures, or another model's guided flow in one pass."""

import random

import torch


def noised(latents):
    """-> (x_t, noise, s): x_t = (1 - s) x0 + s noise; s is logit-normal, shifted a little towards noise."""
    s = torch.sigmoid(torch.randn(len(latents), device=latents.device) + 0.2)
    noise = torch.randn_like(latents)
    mix = s.view(-1, 1, 1, 1)
    return (1 - mix) * latents + mix * noise, noise, s


class FlowMatching:
    """v = noise - x0. One prompt in ten is empty, so that there is something to guide away from."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer

    def __call__(self, model, latents, texts):
        ids = self.tokenizer(["" if random.random() < 0.1 else text for text in texts])
        noisy, noise, s = noised(latents)
        with torch.autocast(latents.device.type, torch.bfloat16):
            predicted = model(noisy, s * 1000, ids.to(latents.device))
        return (predicted.float() - (noise - latents)).square().mean()


class GuidanceFolding:
    """The teacher's guided prediction, learnt as the student's plain one (Meng et al., 2023, for one guidance scale).

    The target needs no picture that fits the prompt, so a quarter of the prompts belong to another picture of the batch:
    that is what image-to-image asks for.
    """

    def __init__(self, tokenizer, teacher, guidance):
        self.tokenizer, self.teacher, self.guidance = tokenizer, teacher.eval().requires_grad_(False), guidance

    def __call__(self, model, latents, texts):
        texts = [random.choice(texts) if random.random() < 0.25 else text for text in texts]
        texts = ["" if random.random() < 0.04 else text for text in texts]
        ids = self.tokenizer(texts).to(latents.device)
        noisy, _, s = noised(latents)
        with torch.autocast(latents.device.type, torch.bfloat16):
            target = self.guided(noisy, s * 1000, ids)
            predicted = model(noisy, s * 1000, ids)
        return (predicted.float() - target).square().mean()

    @torch.no_grad()
    def guided(self, noisy, timesteps, ids):
        states = self.teacher.text(input_ids=torch.cat([ids, self.tokenizer([""]).to(ids.device)])).last_hidden_state
        given = self.teacher.unet(noisy, timesteps, states[:-1]).sample.float()
        without = self.teacher.unet(noisy, timesteps, states[-1:].expand(len(ids), -1, -1)).sample.float()
        return without + self.guidance * (given - without)
