"""The networks of the few-shot literature: a small multi-layer perceptron and the four-block convolutional encoder."""

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.nets.conv import conv2d
from metakit.nets.conv_norm import conv_norm
from metakit.nets.fold import under_transform
from metakit.nets.norms import BatchNorm2d
from metakit.nets.patches import conv_norm_of_patches, out_size


def mlp(*sizes: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Linear layers of these sizes with an activation between them: `mlp(1, 40, 40, 1)` is MAML's sinusoid network."""
    layers: list[nn.Module] = []
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])


class ConvBlock(nn.Module):
    """3x3 convolution, batch normalisation, ReLU, and half the size: by stride 2, or by 2x2 max-pooling.

    halve=False keeps the size.
    """

    def __init__(self, n_in: int, n_out: int, statistics: str, pool: bool, halve: bool = True) -> None:
        super().__init__()
        weight = torch.empty(n_out, n_in, 3, 3, memory_format=torch.channels_last)  # as conv2d reads it
        self.weight = nn.Parameter(weight)
        nn.init.xavier_uniform_(self.weight)
        self.norm = BatchNorm2d(n_out, statistics)
        self.pool, self.halve = pool, halve

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, H, W] -> [B, C', H/2, W/2]. No bias: the normalisation would remove it."""
        if self.halve and self.pool:
            return F.relu(self._pooled(x))  # pooling first is the same, and cheaper
        return F.relu(self._normalised(x, stride=2 if self.halve else 1))

    def _pooled(self, x: Tensor) -> Tensor:
        if self._reads_patches:
            return self._by_patches(x, stride=1, pooled=True)
        return F.max_pool2d(self._normalised(x, stride=1), 2)

    def _normalised(self, x: Tensor, stride: int) -> Tensor:
        """Batch normalisation of the convolution, by the way that reads the images least."""
        w, norm = self.weight, self.norm
        if self._reads_patches:
            return self._by_patches(x, stride)
        if not norm.uses_batch:
            scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
            return conv2d(x, w * scale[:, None, None, None], stride, norm.bias - norm.running_mean * scale)
        if not under_transform():
            return norm(conv2d(x, w, stride))
        y, mean, r = conv_norm(x, w, norm.weight, norm.bias, stride, norm.eps)
        norm.remember(y[:, 0].numel(), mean, r)
        return y

    def _by_patches(self, x: Tensor, stride: int, pooled: bool = False) -> Tensor:
        norm = self.norm
        y, mean, r = conv_norm_of_patches(x, self.weight, norm.weight, norm.bias, stride, norm.eps, pooled)
        norm.remember(len(x) * out_size(x.shape[2], stride) * out_size(x.shape[3], stride), mean, r)
        return y

    @property
    def _reads_patches(self) -> bool:
        """Pays where fewer numbers are in a patch of x than are made of it."""
        return self.norm.uses_batch and not under_transform() and self.weight[0].numel() < len(self.weight)


class Conv4(nn.Sequential):
    """Four blocks of `width` channels (Vinyals et al. 2016). [B, 1, 28, 28] -> features [B, D].

    pool=True: max-pooling, D = `width` (Prototypical Networks); pool=False: strides and a mean over the last
    2x2 map, D = `width` (MAML's Omniglot network). Larger pictures, in colour: `channels` go in, and the last map, of
    `last` places a side, is kept whole: D = `width` * `last`^2 (mini-ImageNet: 3, 84 x 84, last 5).
    """

    def __init__(
        self, width: int = 64, statistics: str = "batch", pool: bool = False, channels: int = 1, last: int = 1
    ) -> None:
        widths = [channels, width, width, width, width]
        super().__init__(*(ConvBlock(a, b, statistics, pool) for a, b in itertools.pairwise(widths)))
        self.last, self.n_features = last, width * last**2

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, H, W] -> [B, D]."""
        maps = super().forward(x)
        return maps.mean((2, 3)) if self.last == 1 else maps.flatten(1)


class Maps4(nn.Sequential):
    """The four blocks of `Conv4`, of which only the first two halve the size: [B, 1, 28, 28] -> maps [B, width, 7, 7].

    The encoder of relation networks (Sung et al. 2018), which compare maps. Its weights have the shapes of `Conv4`'s.
    """

    def __init__(self, width: int = 64, statistics: str = "batch") -> None:
        channels = [1, width, width, width, width]
        pairs = enumerate(itertools.pairwise(channels))
        super().__init__(*(ConvBlock(a, b, statistics, pool=True, halve=i < 2) for i, (a, b) in pairs))  # noqa: PLR2004


class Centred(nn.Module):
    """An encoder whose features have the mean zero over the images that `centre` has seen.

    Features that share a large mean make the first inner steps of a head fight over it. And a head's first step from
    nothing compares by dot products, which favour long features; `length` lets all have one length, so that the angle
    decides.
    """

    mean: Tensor

    def __init__(self, encoder: Conv4, length: float | None = None) -> None:
        super().__init__()
        self.encoder, self.n_features, self.length = encoder, encoder.n_features, length
        self.register_buffer("mean", torch.zeros(encoder.n_features))

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, 1, 28, 28] -> [B, D]."""
        features = self.encoder(x) - self.mean
        return features if self.length is None else self.length * F.normalize(features, dim=-1)

    @torch.no_grad()
    def centre(self, x: Tensor) -> None:
        """Let the features of x [B, 1, 28, 28] have the mean zero."""
        self.mean.copy_(self.encoder(x).mean(0))
