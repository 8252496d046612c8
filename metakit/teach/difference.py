"""How two results differ, in one sentence: numbers, tensors, and tuples or dictionaries of them."""

from typing import Any

import torch
from torch import Tensor

TOLERANCE = 1e-4  # of one plus the largest number that was expected


def difference(found: Any, wanted: Any, tolerance: float = TOLERANCE) -> str:
    """One sentence on how `found` differs from `wanted`; empty when they agree.

    A dictionary is compared name by name, and the sentence has the name of what differs. nan agrees with nan.
    """
    if isinstance(wanted, bool | str | None):
        return "" if found == wanted else f"you return {found!r}, the reference {wanted!r}."
    if isinstance(wanted, dict):
        parts = {f"{name}: ": (found.get(name), value) for name, value in wanted.items()}
    elif isinstance(wanted, tuple):
        row = isinstance(found, tuple | list) or getattr(found, "ndim", 0) == 1  # numbers in a tensor or an array
        if not row or len(found) != len(wanted):
            return f"you return {described(found)}, the reference {described(wanted)}."
        parts = {f"part {n}: ": pair for n, pair in enumerate(zip(found, wanted, strict=True), 1)}
    else:
        return _of_tensors(found, wanted, tolerance)
    told = ((name, difference(*pair, tolerance)) for name, pair in parts.items())
    return next((name + text for name, text in told if text), "")


def described(value: Any) -> str:
    """What kind of thing a result is, with its shape or length."""
    if isinstance(value, Tensor):
        return f"a tensor of shape {list(value.shape)}"
    if isinstance(value, tuple | list | dict):
        return f"a {type(value).__name__} of {len(value)}"
    name = type(value).__name__
    return "nothing" if value is None else f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _of_tensors(found: Any, wanted: Any, tolerance: float) -> str:
    b = torch.as_tensor(wanted).detach().double()
    try:
        a = torch.as_tensor(found).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError):
        return f"you return {described(found)}, the reference {described(wanted)}."
    if a.shape != b.shape:
        return f"your result has shape {list(a.shape)}, the reference {list(b.shape)}."
    wrong = ~torch.isclose(a, b, rtol=0, atol=tolerance * (1 + _largest(b)), equal_nan=True)
    if not wrong.any():
        return ""
    worst = torch.where(wrong, (a - b).abs().nan_to_num(torch.inf), -1).argmax()
    place = [int(i) for i in torch.unravel_index(worst, a.shape)]
    seen = (
        f"you return {a.flatten()[worst]:.4g}{f' at {place}' if place else ''}, the reference {b.flatten()[worst]:.4g}."
    )
    odd = "" if a.isfinite().all() else " Look for a division by zero, a logarithm of zero or an overflow."
    return seen + odd


def _largest(numbers: Tensor) -> float:
    finite = numbers[numbers.isfinite()]
    return float(finite.abs().max()) if finite.numel() else 0.0
