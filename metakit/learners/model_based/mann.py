"""Memory-augmented network: a recurrent controller reads and writes an external memory while examples stream past.

At time t the controller sees an image, and the label of the image before: a class is named before its label is shown.
It writes a note on the image before into the memory row that was used least, or into the one it has just read, and
reads by similarity. Labels are shuffled from stream to stream, so that nothing but the memory can know them.

    (1)  h_t, c_t = LSTM([s_t ; r_{t-1}], h_{t-1}, c_{t-1}),   s_t = [f(x_t) ; f(x_{t-1}) ; y_{t-1}];
         key k_t, note a_t = linear maps of [s_t ; h_t],   alpha_t, beta_t = linear maps of h_t
    (2)  K(k, m) = k.m / (|k| |m|)                                                  cosine similarity
    (3)  w^r_t = softmax over the rows i of beta_t K(k_t, M_t(i))                   where to read
    (4)  r_t = sum over i of w^r_t(i) M_t(i)                                        what is read
    (5)  w^u_t = gamma w^u_{t-1} + w^r_t + w^w_t                                    usage, which fades
    (6)  w^lu_t = 1 for the row that is used least, else 0
    (7)  w^w_t = sigma(alpha_t) w^r_{t-1} + (1 - sigma(alpha_t)) w^lu_{t-1}         where to write
    (8)  M_t(i) = M_{t-1}(i) + w^w_t(i) a_t,   the least used row is emptied before
    (9)  p(y_t | x_t and all before) = softmax(W [h_t ; r_t] + b)

Adam Santoro, Sergey Bartunov, Matthew Botvinick, Daan Wierstra, Timothy Lillicrap: One-shot Learning with
Memory-Augmented Neural Networks, 2016, arXiv:1605.06065, eq. 2 to 8. Deviations: an encoder f, which is not trained
here, stands before the controller; the controller is shown the features of the image that the label belongs to, which
the paper's has to remember; one read and one write a step, of a key and a note, which start as copies of the image and
of the labelled image (the paper has one vector for both); a sharpness beta; alpha depends on the moment.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import MetaKitError, MetaLearner, Step, Task, with_targets
from metakit.nets.encoders import Conv4


class Memory(NamedTuple):
    """Everything the next moment depends on, and where this one has read and written."""

    rows: Tensor  # M [R, W]
    read: Tensor  # w^r [R]
    written: Tensor  # w^w [R]
    usage: Tensor  # w^u [R]
    found: Tensor  # r [W]
    hidden: Tensor  # h [H]
    cell: Tensor  # c [H]
    before: Tensor  # features and label [D + ways] of the last image; zeros before the first


class MANN(MetaLearner):
    """State: the memory, and N. One step: one more support example; step 0: none yet."""

    encodes_once = True

    def __init__(self, encoder: Conv4, ways: int = 5, rows: int = 40, hidden: int = 100, fading: float = 0.95) -> None:
        super().__init__()
        self.ways, self.rows, self.fading, self.encoder = ways, rows, fading, encoder  # the most ways; gamma
        self.width = encoder.n_features + ways  # of a memory row
        seen = encoder.n_features + self.width
        self.gates = nn.Linear(seen + self.width + hidden, 4 * hidden)
        self.key, self.note = nn.Linear(seen + hidden, self.width), nn.Linear(seen + hidden, self.width)
        self.switches, self.output = nn.Linear(hidden, 2), nn.Linear(hidden + self.width, ways)
        self._start_with_copies(encoder.n_features, seen)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        yield Step((self._empty(x), y.shape[1]))
        for memory in self._read(self._features(x), y):
            yield Step((memory, y.shape[1]), {"answer": self._answer(memory)[: y.shape[1]]})

    def predict(self, state: tuple[Memory, int], x: Tensor) -> Tensor:
        return self._ask(state, self._features(x))

    def task_loss(self, task: Task) -> Tensor:
        support, query = (self._features(x) if len(x) else x for x in (task.support_x, task.query_x))
        return self._stream_loss(task._replace(support_x=support, query_x=query))

    def meta_loss(self, tasks: Task) -> Tensor:
        """As for every learner, but the images of all tasks pass the encoder in one batch: five times as fast."""
        tasks = with_targets(tasks)
        support, query = (
            self._features(x.flatten(0, 1)).unflatten(0, x.shape[:2]) if x.numel() else x.flatten(2)
            for x in (tasks.support_x, tasks.query_x)
        )
        return torch.func.vmap(self._stream_loss)(tasks._replace(support_x=support, query_x=query)).mean()

    def _stream_loss(self, task: Task) -> Tensor:
        """The support set is the stream: an image is named before its label is shown. Queries, if any, come at its end.

        Here x are features [S, D].
        """
        ways, memories = task.support_y.shape[1], list(self._read(task.support_x, task.support_y))
        answers, y = torch.stack([self._answer(memory) for memory in memories])[:, :ways], task.support_y
        if len(task.query_x):
            answers = torch.cat([answers, self._ask((memories[-1], ways), task.query_x)])
            y = torch.cat([y, task.query_y])
        return self.loss(answers, y)

    def _read(self, features: Tensor, y: Tensor) -> Iterator[Memory]:
        """The memory after each image of a stream: features [S, D], labels y [S, N]."""
        if y.shape[1] > self.ways:
            raise MetaKitError(f"This learner tells {self.ways} classes apart at most: choose a smaller N.")
        memory, labels = self._empty(features), F.pad(y, (0, self.ways - y.shape[1]))
        for image, label in zip(features, labels, strict=True):
            memory = self.moment(memory, image)._replace(before=torch.cat([image, label]))
            yield memory

    def _ask(self, state: tuple[Memory, int], features: Tensor) -> Tensor:
        """Each query [D] is the next image of a stream of its own: [Q, N]."""
        memory, ways = state
        return torch.func.vmap(lambda image: self._answer(self.moment(memory, image)))(features)[:, :ways]

    def moment(self, memory: Memory, image: Tensor) -> Memory:
        """One moment: the features of an image [D] come in."""
        seen = torch.cat([image, memory.before])
        hidden, cell = self._controller(torch.cat([seen, memory.found, memory.hidden]), memory.cell)  # eq. 1
        known, (alpha, beta) = torch.cat([seen, hidden]), self.switches(hidden).chunk(2)
        least = F.one_hot(memory.usage.argmin(), self.rows).to(image)  # eq. 6
        write = torch.lerp(least, memory.read, (alpha - 2).sigmoid())  # eq. 7; rather a new row, at first
        rows = memory.rows * (1 - least)[:, None] + write[:, None] * self.note(known)  # eq. 8
        read = (F.softplus(beta + 20) * cosine(self.key(known), rows)).softmax(0)  # eq. 3; sharp, at first
        usage = (self.fading * memory.usage + read + write).detach()  # eq. 5
        return Memory(rows, read, write, usage, read @ rows, hidden, cell, memory.before)  # eq. 4

    def _controller(self, x: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        enter, keep, show, new = self.gates(x).chunk(4)
        cell = (keep + 1).sigmoid() * cell + enter.sigmoid() * new.tanh()
        return show.sigmoid() * cell.tanh(), cell

    def _answer(self, memory: Memory) -> Tensor:
        return self.output(torch.cat([memory.hidden, memory.found]))  # eq. 9

    def _empty(self, x: Tensor) -> Memory:
        hidden = self.switches.in_features
        sizes = [(self.rows, self.width), *[(self.rows,)] * 3, (self.width,), (hidden,), (hidden,), (self.width,)]
        return Memory(*(x.new_zeros(size) for size in sizes))

    @torch.no_grad()
    def _features(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    @torch.no_grad()
    def _start_with_copies(self, n_features: int, seen: int) -> None:
        """A key begins as the image, a note as the labelled image before it; the state adds little."""
        for part, first in ((self.key, 0), (self.note, n_features)):
            part.weight[:, :seen] = torch.eye(seen)[first : first + self.width]
            part.weight[:, seen:] *= 0.1
        self.key.weight[n_features:, :seen] = 0


def cosine(key: Tensor, rows: Tensor) -> Tensor:
    """eq. 2 for every row: key [W], rows [R, W] -> [R]; 0 for an empty row."""
    return rows @ key / (rows.square().sum(-1) * key.square().sum() + 1e-6).sqrt()
