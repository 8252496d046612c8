"""Adaptation to one image task, step by step: the query set's answers, accuracy and loss of several learners."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traitlets import Dict, Int, List, TraitError, Unicode, observe, validate

from metakit.core import Frame, MetaKitError, MetaLearner, Task
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import cut, draw_pool, to_bytes
from metakit.widgets.in_slices import InSlices

QUERIES = 3


class ImageAdaptation(InSlices):
    """Learners side by side on the same episode; all their steps are computed, a slice each, before it is shown.

    A learner with fewer steps than another keeps its last answer. `learner` is whose answers the query set shows.
    """

    _esm, _css = front_end("image_adaptation")
    _ranges: dict[str, list[int]] = {}  # noqa: RUF012 - of a subclass's sliders

    step = Int(0, min=0, max=1000).tag(sync=True)
    learner = Unicode().tag(sync=True)
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    learners = List(Unicode()).tag(sync=True)
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(
        self, images: ImageSet, learners: Mapping[str, MetaLearner], ways: int = 5, shots: int = 1, step: int = 0
    ) -> None:
        self._images, self._learners, self._size = images, dict(learners), (ways, shots)
        super().__init__(learners=list(learners), learner=list(learners)[-1])
        self._draw()
        self.step = step

    @validate("step")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        return max(0, min(proposal["value"], self.limits.get("step", [0, 0])[1]))

    @validate("learner")
    def _keep_known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self.learners:
            raise TraitError(f"Choose one of {', '.join(self.learners)}.")
        return str(proposal["value"])

    @observe("episode")
    def _draw(self, _change: object = None) -> None:
        pool = draw_pool(self._images, generator(self.episode), queries=QUERIES)
        ways, shots = min(self._size[0], len(pool)), min(self._size[1], pool.shape[1] - 1)
        self.task = cut(pool, ways, shots, min(QUERIES, pool.shape[1] - shots))
        self._frames: dict[str, list[Frame]] = {}
        self._carry_out(self._catch_up())

    def _catch_up(self) -> Iterator[None]:
        """All the steps of every learner whose frames are missing, then the picture, or why there is no other."""
        try:
            for name in self._learners:
                if name not in self._frames:
                    frames = []
                    for frame in self._learner(name).frames(self.task):
                        frames.append(frame)
                        yield
                    self._frames[name] = frames
        except MetaKitError as error:
            if not self.view:
                raise
            self.view = {**self.view, "error": str(error)}
            return
        self._frames = {name: self._frames[name] for name in self._learners}  # in their order
        self._show()

    def _learner(self, name: str) -> MetaLearner:
        """A learner as it is set."""
        return self._learners[name]

    def _show(self) -> None:
        with self.hold_sync():
            self.limits = {"step": [0, max(map(len, self._frames.values())) - 1], **self._ranges}
            self.step = min(self.step, self.limits["step"][1])  # a learner may take fewer steps than when it came
            self.view = picture(self.task, self._frames, self.limits["step"][1] + 1)

    def shown(self) -> dict[str, object]:
        """What the picture holds now: the answers of the chosen learner at this step, and every curve's value."""
        traces = self.view["traces"]
        return {
            "learner": self.learner,
            "answers": traces[self.learner]["answers"][self.step],
            **{name: (trace["accuracy"][self.step], trace["loss"][self.step]) for name, trace in traces.items()},
        }


def picture(task: Task, frames: Mapping[str, Sequence[Frame]], steps: int) -> dict[str, Any]:
    """A task in class order and what each learner makes of its query set at every step, as the browser draws it."""
    return {
        "ways": int(task.support_y.max()) + 1,
        "support": to_bytes(task.support_x),
        "query": to_bytes(task.query_x),
        "truth": task.query_y.tolist(),
        "traces": {name: _trace([*found, *[found[-1]] * (steps - len(found))]) for name, found in frames.items()},
    }


def _trace(frames: Sequence[Frame]) -> dict[str, list[Any]]:
    return {
        "accuracy": [round(frame.accuracy or 0.0, 4) for frame in frames],
        "loss": [round(frame.loss, 4) for frame in frames],
        "answers": [frame.prediction.argmax(-1).tolist() for frame in frames],
    }
