"""What PyTorch makes of the large cases on the same graphics card: `python3 tests/bench/torch_reference.py`.

Needs torch for the card, and diffusers. Weights are random, and times are medians of ten runs by the card's own clock. The
rates without tensor cores are the ones to compare with: WebGPU has no way to those.
"""

import statistics

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

RUNS = 10
# Samples, channels and sides of the 3x3 convolutions of Stable Diffusion 1.5's UNet at 512 px, and of its decoder.
CONVOLUTIONS = [(2, 320, 64), (2, 640, 32), (2, 1280, 16), (2, 1280, 8), (1, 512, 64), (1, 512, 256), (1, 256, 512), (1, 128, 512)]


def millis(run):
    """The median time of a run, after three that warm up."""
    for _ in range(3):
        run()
    times = []
    for _ in range(RUNS):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        run()
        end.record()
        torch.cuda.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def allow_tensor_cores(allowed):
    """For products of f32; those of f16 always take them."""
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def say(name, run, flops=None):
    taken = millis(run)
    rate = f", {flops / taken * 1e-9:.1f} TFLOP/s" if flops else ""
    print(f"{name}: {taken:.2f} ms{rate}", flush=True)


@torch.no_grad()
def main():
    allow_tensor_cores(False)
    print(torch.cuda.get_device_name(), torch.__version__)
    for dtype in (torch.float32, torch.float16):
        x, weight = (torch.randn(4096, 4096, device="cuda", dtype=dtype) for _ in range(2))
        say(f"product 4096 x 4096 to 4096, {dtype}", lambda: x @ weight.t(), 2 * 4096**3)
    for samples, channels, side in CONVOLUTIONS:
        x = torch.randn(samples, channels, side, side, device="cuda")
        layer = torch.nn.Conv2d(channels, channels, 3, padding=1).cuda()
        flops = 2 * samples * side * side * 9 * channels * channels
        say(f"convolution 3x3, {samples} x {channels} x {side} x {side}, f32", lambda: layer(x), flops)

    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8).cuda().eval()
    inputs = [torch.randn(2, 4, 64, 64), torch.tensor([500, 500]), torch.randn(2, 77, 768)]
    inputs = [tensor.cuda() for tensor in inputs]
    say("UNet at 512 px, two samples, f32", lambda: unet(*inputs))
    allow_tensor_cores(True)
    say("the same with tensor cores (TF32)", lambda: unet(*inputs))
    allow_tensor_cores(False)
    unet, inputs = unet.half(), [tensor.half() if tensor.is_floating_point() else tensor for tensor in inputs]
    say("the same, f16", lambda: unet(*inputs))

    decoder = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )
    decoder, latents = decoder.cuda().eval(), torch.randn(1, 4, 64, 64, device="cuda")
    say("decoder to 512 px, f32", lambda: decoder.decode(latents))
    decoder, latents = decoder.half(), latents.half()
    say("the same, f16", lambda: decoder.decode(latents))


if __name__ == "__main__":
    main()
