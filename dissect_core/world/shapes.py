"""Signed distances of flat shapes: negative inside, positive outside, in image widths.

Coordinates: x to the right and y down, both 0..1 over the square picture, pixel centres at (i + 0.5) / size.
Arguments are floats or tensors that broadcast to (B, H, W).  Distances are exact near straight edges, which is all
that anti-aliasing needs; corners are mitred.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

Number = float | Tensor
Point = tuple[Number, Number]


def union(*distances: Tensor) -> Tensor:
    """Inside any."""
    return reduce(torch.minimum, distances)


def intersect(*distances: Tensor) -> Tensor:
    """Inside all."""
    return reduce(torch.maximum, distances)


def subtract(distance: Tensor, hole: Tensor) -> Tensor:
    """Inside the first and outside the second."""
    return torch.maximum(distance, -hole)


def box(x: Tensor, y: Tensor, left: Number, top: Number, right: Number, bottom: Number) -> Tensor:
    """Axis-aligned rectangle."""
    return intersect(left - x, x - right, top - y, y - bottom)


def rounded_box(
    x: Tensor, y: Tensor, left: Number, top: Number, right: Number, bottom: Number, radius: Number
) -> Tensor:
    """Axis-aligned rectangle whose corners are quarter circles of this radius."""
    across = (x - (left + right) / 2).abs() - (right - left) / 2 + radius
    down = (y - (top + bottom) / 2).abs() - (bottom - top) / 2 + radius
    corner = torch.sqrt(across.clamp(min=0) ** 2 + down.clamp(min=0) ** 2 + 1e-12)
    return corner + torch.maximum(across, down).clamp(max=0) - radius


def ellipse(x: Tensor, y: Tensor, cx: Number, cy: Number, rx: Number, ry: Number) -> Tensor:
    """Ellipse; the distance is first-order exact at the edge (value over gradient length)."""
    dx, dy = (x - cx) / rx, (y - cy) / ry
    length = torch.sqrt(dx * dx + dy * dy + 1e-12)
    slope = torch.sqrt((dx / rx) ** 2 + (dy / ry) ** 2 + 1e-12)
    return (length - 1) * length / slope


def polygon(x: Tensor, y: Tensor, points: Sequence[Point]) -> Tensor:
    """Convex polygon; corners listed clockwise as seen on screen (y down)."""
    sides = []
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        ex, ey = torch.as_tensor(bx - ax), torch.as_tensor(by - ay)
        length = torch.sqrt(ex * ex + ey * ey + 1e-12)
        sides.append(((x - ax) * ey - (y - ay) * ex) / length)
    return intersect(*sides)


def capsule(x: Tensor, y: Tensor, ax: Number, ay: Number, bx: Number, by: Number, radius: Number) -> Tensor:
    """Thick line from a to b with round ends."""
    ex, ey = torch.as_tensor(bx - ax), torch.as_tensor(by - ay)
    t = (((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey + 1e-12)).clamp(0, 1)
    return torch.sqrt((x - ax - t * ex) ** 2 + (y - ay - t * ey) ** 2 + 1e-12) - radius


def round_arch(x: Tensor, y: Tensor, cx: Number, base: Number, width: Number, height: Number) -> Tensor:
    """Door or window with a half-circle top; height counts from the base to the crown."""
    half = width / 2
    spring = base - height + half
    head = intersect(ellipse(x, y, cx, spring, half, half), y - base)
    return union(box(x, y, cx - half, spring, cx + half, base), head)


def pointed_arch(x: Tensor, y: Tensor, cx: Number, base: Number, width: Number, height: Number) -> Tensor:
    """Gothic arch: two circles of radius `width` about the opposite springing points."""
    half = width / 2
    spring = base - height + width * 0.866
    top = intersect(
        ellipse(x, y, cx - half, spring, width, width), ellipse(x, y, cx + half, spring, width, width), y - spring
    )
    return union(box(x, y, cx - half, spring, cx + half, base), top)


def facet(
    x: Tensor, y: Tensor, left: Number, right: Number, top: tuple[Number, Number], bottom: tuple[Number, Number]
) -> tuple[Tensor, Tensor, Tensor]:
    """A wall seen at an angle: vertical left and right edges, sloping top and bottom.

    top, bottom: the y at the left and at the right edge.  Returns (distance, u, v) with u, v the coordinates on the
    wall, 0..1 from left to right and top to bottom: draw its bricks and windows in them.
    """
    u = (x - left) / (right - left)
    upper = top[0] + (top[1] - top[0]) * u
    lower = bottom[0] + (bottom[1] - bottom[0]) * u
    return intersect(left - x, x - right, upper - y, y - lower), u, (y - upper) / (lower - upper)


def arch(x: Tensor, y: Tensor, cx: Number, base: Number, width: Number, height: Number, point: Number = 0.0) -> Tensor:
    """Door or window whose head goes from a half circle (point 0) to a Gothic arch (point 1)."""
    half = width / 2
    radius = half * (1 + point)
    shift = radius - half
    spring = base - height + torch.sqrt(torch.as_tensor(radius * radius - shift * shift))
    across = (x - cx).abs() + shift
    return intersect(torch.sqrt(across * across + (y - spring).clamp(max=0) ** 2) - radius, y - base)
