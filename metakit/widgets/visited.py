"""Widgets that strangers play with. Every visitor may set any synced trait, so each class names those that are theirs.

The rest of a visitor's message is dropped; a value that makes no sense is refused, and the page is told what holds.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any, ClassVar

import anywidget
import traitlets as t

MOST_PARTS, MOST_LETTERS, LARGEST = 1000, 2000, 2**63  # of one value: more than any control of ours can send


class Visited(anywidget.AnyWidget):
    """A subclass lists in FROM_PAGE what a visitor may set, in the order in which one depends on another.

    KEPT are those of them that make a situation: a link to the demo holds their values.
    """

    FROM_PAGE: ClassVar[tuple[str, ...]] = ()
    KEPT: ClassVar[tuple[str, ...]] = ()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a visitor may set, and what makes sense; of the rest the page is told what holds."""
        for name in self.FROM_PAGE:
            if name not in sync_data:
                continue
            try:
                self._refuse_the_wild(name, sync_data[name])
                super().set_state({name: sync_data[name]})
            except t.TraitError:
                self.send_state(name)

    def restore(self, situation: Mapping[str, Any]) -> bool:
        """Take the situation of a link. When anything in it makes no sense, nothing changes and False comes back."""
        before = {name: getattr(self, name) for name in self.KEPT}
        try:
            self._take(situation)
        except t.TraitError:
            self._take(before)
            return False
        return True

    def _take(self, situation: Mapping[str, Any]) -> None:
        for name in self.KEPT:
            if name in situation:
                self._refuse_the_wild(name, situation[name])
                setattr(self, name, situation[name])

    def _refuse_the_wild(self, name: str, value: Any) -> None:
        """Raises TraitError for what no page of ours sends: yes for a number, what `_is_wild`, very much of it."""
        waiting, seen = [value], 0
        while waiting:
            one = waiting.pop()
            parts = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list | tuple) else []
            seen += 1 + len(parts)
            if _is_wild(one) or seen > MOST_PARTS:
                raise t.TraitError("That is too large, or no number.")
            waiting.extend(parts)
        if isinstance(value, bool) and not isinstance(self.traits()[name], t.Bool):
            raise t.TraitError("Give a number.")


def _is_wild(one: Any) -> bool:
    """A number beyond 64 bits or none at all, or a very long text."""
    if isinstance(one, float):
        return not isfinite(one)
    return abs(one) >= LARGEST if isinstance(one, int) else isinstance(one, str) and len(one) > MOST_LETTERS
