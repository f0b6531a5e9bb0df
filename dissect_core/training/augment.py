"""What trainings do to pictures so that networks do not lean on details that other pictures will not have."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def spoil(images: Tensor, random: torch.Generator) -> Tensor:
    """Imitate what generators get wrong: blur, lost resolution, noise, lines, gain, tint.  (N, 3, H, W) in [-1, 1]."""

    def draw(low: float, high: float) -> Tensor:
        return (low + (high - low) * torch.rand(len(images), 1, 1, 1, generator=random)).to(images.device)

    def sometimes(share: float) -> Tensor:
        return (torch.rand(len(images), 1, 1, 1, generator=random) < share).to(images.device)

    half = F.interpolate(F.avg_pool2d(images, 2), scale_factor=2, mode="bilinear", align_corners=False)
    soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    images = torch.where(sometimes(0.35), torch.lerp(images, half, draw(0.3, 1.0)), images)
    images = torch.where(sometimes(0.35), torch.lerp(images, soft, draw(0.3, 1.0)), images)
    tint = (torch.rand(len(images), 3, 1, 1, generator=random) * 0.16 - 0.08).to(images.device)
    images = images * draw(0.85, 1.15) + draw(-0.1, 0.1) + tint
    coarse = torch.randn(len(images), 3, images.shape[2] // 8, images.shape[3] // 8, generator=random)
    blotches = F.interpolate(coarse.to(images.device), size=images.shape[2:], mode="bilinear", align_corners=False)
    grain = torch.randn(images.shape, generator=random).to(images.device)
    plaid = torch.where(sometimes(0.5), lines(images.shape, random).to(images.device) * draw(0, 0.12), 0)
    return (images + blotches * draw(0, 0.12) + grain * draw(0, 0.1) + plaid).clamp(-1.2, 1.2)


def lines(shape: torch.Size, random: torch.Generator) -> Tensor:
    """The faint plaid of enlarged feature maps: rows and columns a little off, often in a rhythm, stronger in places.

    (N, 3, H, W) of about unit variance.  Without it a segmenter takes the lines in a lawn for a fence.
    """
    count, channels, height, width = shape
    period = (4, 8, 16, max(height, width))[int(torch.randint(4, (1,), generator=random))]

    def across(length: int) -> Tensor:
        pattern = torch.randn(count, channels, min(period, length), generator=random)
        return pattern.repeat(1, 1, -(-length // pattern.shape[2]))[:, :, :length]

    plaid = (across(height)[..., None] + across(width)[:, :, None]) / 2**0.5
    where = torch.rand(count, 1, max(1, height // 16), max(1, width // 16), generator=random) * 3**0.5
    return plaid * F.interpolate(where, size=(height, width), mode="bilinear", align_corners=False)


def moved(images: Tensor, reach: int, random: torch.Generator) -> Tensor:
    """Each picture mirrored or not, shifted by up to `reach` pixels each way, edges repeated.  (N, 3, H, W)."""
    padded = F.pad(images, (reach,) * 4, mode="replicate")
    height, width = images.shape[2:]
    offsets = torch.randint(2 * reach + 1, (len(images), 2), generator=random).tolist()
    windows = torch.stack(
        [
            picture[:, top : top + height, left : left + width]
            for picture, (top, left) in zip(padded, offsets, strict=True)
        ]
    )
    mirrored = (torch.rand(len(images), generator=random) < 0.5).view(-1, 1, 1, 1)
    return torch.where(mirrored.to(images.device), windows.flip(3), windows)
