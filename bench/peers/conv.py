"""A convolution: a peer of ../conv.ts, in both of PyTorch's layouts."""

from inputs import noise
from outcome import sample


def ways(settings: dict, torch) -> dict:
    if not torch:
        return {}
    pictures, size, kernel, stride = (settings[of] for of in ("pictures", "size", "kernel", "stride"))
    inputs, outputs, backward = (settings[of] for of in ("inputs", "outputs", "backward"))
    side = size if stride == 1 else (size - kernel) // stride + 1

    def channels_last(*shape: int, salt: int):
        return torch.from_numpy(noise(shape, salt)).permute(0, 3, 1, 2)

    x = channels_last(pictures, size, size, inputs, salt=1)
    w = channels_last(outputs, kernel, kernel, inputs, salt=2)
    dy = channels_last(pictures, side, side, outputs, salt=3)
    return {
        "torch": way(torch, *(t.contiguous() for t in (x, w, dy)), stride, backward),
        "torch, channels last": way(torch, x, w, dy, stride, backward),
    }


def way(torch, x, w, dy, stride: int, backward: bool) -> tuple:
    padding = "same" if stride == 1 else "valid"

    def forward():
        return torch.nn.functional.conv2d(x, w, stride=stride, padding=padding)

    def both():
        y = forward()
        return y.detach(), *torch.autograd.grad(y, [x, w], dy)

    if backward:
        x.requires_grad_()
        w.requires_grad_()
    call = both if backward else lambda: (forward(),)
    return call, lambda: sample(*(t.permute(0, 2, 3, 1) for t in call()))
