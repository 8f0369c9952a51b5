"""A convolution: a peer of ../conv.ts, in both of its own layouts."""

from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    pictures, size, channels = settings["pictures"], settings["size"], settings["channels"]
    kernel, backward = settings["kernel"], settings["backward"]
    channels_last = (0, 3, 1, 2)
    x = torch.from_numpy(noise((pictures, size, size, channels), 1)).permute(channels_last)
    w = torch.from_numpy(noise((channels, kernel, kernel, channels), 2)).permute(channels_last)
    dy = torch.from_numpy(noise((pictures, size, size, channels), 3)).permute(channels_last)
    return {
        "torch": way(torch, *(t.contiguous() for t in (x, w, dy)), backward),
        "torch, channels last": way(torch, x, w, dy, backward),
    }


def way(torch, x, w, dy, backward: bool) -> tuple:
    def forward():
        return torch.nn.functional.conv2d(x, w, padding="same")

    def both():
        y = forward()
        return y.detach(), *torch.autograd.grad(y, [x, w], dy)

    if backward:
        x.requires_grad_()
        w.requires_grad_()
    call = both if backward else lambda: (forward(),)
    return call, lambda: sample(*(t.permute(0, 2, 3, 1) for t in call()))
