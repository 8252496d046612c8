"""A memory while a stream is read: what a memory-augmented network writes, reads and forgets, moment by moment."""

import copy
from typing import Any

import anywidget
import torch
from torch import Tensor
from traitlets import Dict, Int, observe, validate

from metakit.core import Task, as_targets
from metakit.learners.model_based.mann import MANN, Memory
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import to_bytes

INSTANCES = 5
NOTHING = -1  # the note of the first moment is on no image


class MemoryStream(anywidget.AnyWidget):
    """One stream, read as soon as it is drawn: the slider that moves through it is answered in the browser."""

    _esm, _css = front_end("memory_stream")

    moment = Int(1).tag(sync=True)
    ways = Int(5).tag(sync=True)
    rows = Int(1).tag(sync=True)  # of the memory
    deal = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one: same images, other labels
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(self, images: ImageSet, learner: MANN, ways: int = 5, moment: int = 12) -> None:
        self._images, self._learner, self._most = images, learner, min(learner.ways, len(images))
        super().__init__(ways=ways, rows=learner.rows)
        self._read()
        self.moment = moment

    @validate("ways", "rows", "moment")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        highest = {"ways": self._most, "rows": self._learner.rows, "moment": self.ways * INSTANCES}
        name, lowest = proposal["trait"].name, {"ways": 2, "rows": 2, "moment": 1}
        return max(lowest[name], min(proposal["value"], highest[name]))

    @observe("ways", "rows", "deal", "episode")
    @torch.no_grad()
    def _read(self, _change: object = None) -> None:
        task = Episodes(self._images, self.ways, INSTANCES, 0).sample(1, generator(self.episode)).at(0)
        task = task._replace(support_y=self._labels()[task.support_y])
        learner = copy.copy(self._learner)  # the weights are shared, the size of the memory is not
        learner.rows = self.rows
        _, *steps = learner.adapt_steps(task.support_x, as_targets(task.support_y, self.ways))
        answers = torch.stack([step.info["answer"] for step in steps]).softmax(-1)
        with self.hold_sync():
            self.limits = {"moment": [1, len(steps)], "ways": [2, self._most], "rows": [2, self._learner.rows]}
            self.moment = self.moment  # there may be fewer now
            self.view = picture(task, answers, [step.state[0] for step in steps])

    def _labels(self) -> Tensor:
        """What the classes are called: dealt anew for every `deal`."""
        return torch.rand(self.ways, generator=generator(self.deal)).argsort()

    def shown(self) -> dict[str, object]:
        """What the picture holds at this moment."""
        return {"image": self.view["truths"][: self.moment], **self.view["moments"][self.moment - 1]}


def picture(task: Task, answers: Tensor, memories: list[Memory]) -> dict[str, Any]:
    """A stream of S images and the memory after each, as the browser draws it."""
    kept = contents(memories)
    return {
        "images": to_bytes(task.support_x),
        "truths": task.support_y.tolist(),
        "moments": [
            {
                "answer": short(answer), "read": short(memory.read), "written": short(memory.written),
                "usage": short(memory.usage), "rows": rows,
            }
            for answer, memory, rows in zip(answers, memories, kept, strict=True)
        ],
    }  # fmt: skip


def contents(memories: list[Memory]) -> list[list[list[int]]]:
    """The images whose notes lie in each row, after every moment. A note goes where most of it is written."""
    rows: list[list[int]] = [[] for _ in memories[0].usage]
    usage, found = torch.zeros_like(memories[0].usage), []
    for moment, memory in enumerate(memories):
        least, written = int(usage.argmin()), int(memory.written.argmax())
        rows = [[] if row == least else kept for row, kept in enumerate(rows)]  # emptied before anything is written
        rows[written] = [*rows[written], moment - 1][-3:]
        found.append(rows)
        usage = memory.usage
    return found


def short(values: Tensor) -> Any:
    """Numbers of three decimals."""
    return (values.double() * 1000).round().div(1000).tolist()
