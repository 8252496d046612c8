"""In-context learning: a decoder transformer reads the examples as a prompt and answers what comes next.

Its weights never change after meta-training. What it learns of a task lies in the keys and values of the rows it has
read, so adapting is reading, one example at a time. It is causal: one pass over a prompt answers after 0, 1, … S
examples, and training scores them all.

    (1)  merged tokens:       row_s = [x_s ; x_{s-1} ; y_{s-1}],   answer for x_s from row_s
         interleaved tokens:  rows x_1, y_1, x_2, y_2, …, with a learned position,   answer for x_s from its row
    (2)  h = transformer(rows);   prediction for x_s = C h + c
    (3)  loss = mean over s of loss(prediction for x_s from the s - 1 examples before it, y_s)

Shivam Garg, Dimitris Tsipras, Percy Liang, Gregory Valiant: What Can Transformers Learn In-Context?, 2022,
arXiv:2208.01066, section 2 and appendix A (interleaved tokens); Stephanie Chan and others: Data Distributional
Properties Drive Emergent In-Context Learning in Transformers, 2022, arXiv:2205.05055 (images, classes). Deviations:
merged tokens are half as many rows and need no position, since the transformer sees a set of examples; images pass an
encoder first, which is not trained here; labels have `n_y` places, of which a task with N < n_y uses the first N; in
training the queries follow the support set as further examples.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import Loss, MetaKitError, MetaLearner, Step, Task, mean_squared_error
from metakit.nets.transformer import Cache, Transformer

Tokens = Literal["merged", "interleaved"]
Scored = Literal["all", "queries", "mostly queries"]
SUPPORT_SHARE = 0.05  # of the loss, where queries are mostly scored


class Prompt(NamedTuple):
    """What has been read: the state of in-context learning."""

    caches: tuple[Cache, ...]  # keys and values, a block
    last: Tensor  # [x + n_y] the example read last, zeros before the first: the next merged row holds it
    examples: int
    outputs: int  # N, or the width of y


class InContextLearner(MetaLearner):
    """State: the prompt as the transformer keeps it. One step: one more support example; step 0: none yet.

    `n_x`: numbers in one (encoded) x; `n_y`: numbers in one y, or the most ways; `longest`: the most examples of a
    prompt with interleaved tokens, whose positions are learned. Merged tokens take prompts of any length. `scored`:
    eq. 3 is a mean over all examples, over the queries alone (Chan and others), or nearly so: nobody can answer well
    from fewer examples than a function has unknowns, and what is left of the loss there is noise in the gradient.
    """

    encodes_once = True

    def __init__(
        self,
        n_x: int,
        n_y: int = 1,
        transformer: Transformer | None = None,
        encoder: nn.Module | None = None,
        loss: Loss = mean_squared_error,
        tokens: Tokens = "merged",
        longest: int = 64,
        scored: Scored = "all",
    ) -> None:
        super().__init__()
        self.loss, self.tokens, self.n_y, self.longest, self.scored = loss, tokens, n_y, longest, scored
        self.encoder = nn.Flatten() if encoder is None else encoder
        self.transformer = Transformer() if transformer is None else transformer
        width = self.transformer.width
        self.embed = nn.Linear((2 if tokens == "merged" else 1) * n_x + n_y, width)
        self.output = nn.Linear(width, n_y)
        if tokens == "interleaved":
            self.position = nn.Parameter(0.02 * torch.randn(2 * longest, width))

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        features, labels = self.features(x), self._padded(y)
        _, caches = self.transformer.read(self.rows(features, labels))
        pairs = F.pad(torch.cat([features, labels], -1), (0, 0, 1, 0))
        for read in range(len(x) + 1):
            rows = read if self.tokens == "merged" else 2 * read
            yield Step(Prompt(tuple(cache.first(rows) for cache in caches), pairs[read], read, y.shape[1]))

    def predict(self, state: Prompt, x: Tensor) -> Tensor:
        rows = self._questions(state, self.features(x))
        return self.output(self.transformer.ask(state.caches, rows))[:, : state.outputs]  # eq. 2

    def task_loss(self, task: Task) -> Tensor:
        x, y = torch.cat([task.support_x, task.query_x]), torch.cat([task.support_y, task.query_y])
        answers, read = self.answers(x, y), len(task.support_x)
        if self.scored == "all":
            return self.loss(answers, y)  # eq. 3
        of_queries = self.loss(answers[read:], y[read:])
        if self.scored == "queries":
            return of_queries
        return of_queries + SUPPORT_SHARE * self.loss(answers[:read], y[:read])

    def answers(self, x: Tensor, y: Tensor) -> Tensor:
        """What is said of each of the examples x [S, *x], y [S, N] from those before it, in one pass: [S, N]."""
        h, _ = self.transformer.read(self.rows(self.features(x), self._padded(y)))
        return self.output(h if self.tokens == "merged" else h[::2])[:, : y.shape[1]]  # eq. 2

    def answers_after_each(self, x: Tensor, y: Tensor, places: Tensor) -> Tensor:
        """What `predict` says of places [Q, *x] after 0, 1, … S of the examples, all at once: [S + 1, Q, N]."""
        features, labels = self.features(x), self._padded(y)
        _, caches = self.transformer.read(self.rows(features, labels))
        pairs = F.pad(torch.cat([features, labels], -1), (0, 0, 1, 0))
        prompts = [Prompt(caches, pairs[read], read, y.shape[1]) for read in range(len(x) + 1)]
        rows = torch.stack([self._questions(prompt, self.features(places)) for prompt in prompts])
        seen = torch.ones(len(prompts), len(x), dtype=torch.bool, device=x.device).tril(-1)
        seen = seen if self.tokens == "merged" else seen.repeat_interleave(2, 1)
        return self.output(self.transformer.ask(caches, rows, seen[:, None, None]))[..., : y.shape[1]]

    def attention(self, state: Prompt, x: Tensor) -> Tensor:
        """How much each layer's heads, on average, take from each example read, for the queries x: [layers, Q, S].

        A merged row holds the example before it, so an example is looked at where it has become the past: in the row
        after its own. Of interleaved rows, that of y counts.
        """
        looks = torch.stack(self.transformer.looks(state.caches, self._questions(state, self.features(x)))).mean(-3)
        return looks[..., 1:] if self.tokens == "merged" else looks[..., 1:-1:2]

    def rows(self, features: Tensor, labels: Tensor) -> Tensor:
        """eq. 1: features [S, x] and labels [S, n_y] of the examples -> rows [S or 2 S, D]."""
        if self.tokens == "merged":
            before = F.pad(torch.cat([features, labels], -1), (0, 0, 1, 0))[:-1]
            return self.embed(torch.cat([features, before], -1))
        if len(features) > self.longest:
            raise self._too_long()
        images = F.pad(features, (0, labels.shape[-1]))
        targets = F.pad(labels, (features.shape[-1], 0))
        return self.embed(torch.stack([images, targets], 1).flatten(0, 1)) + self.position[: 2 * len(features)]

    def features(self, x: Tensor) -> Tensor:
        """x [S, *x] -> [S, x]; what is encoded already passes."""
        with torch.no_grad():
            return x if x.dim() == 2 else self.encoder(x)  # noqa: PLR2004

    def _questions(self, state: Prompt, features: Tensor) -> Tensor:
        """Each query [Q, x] as the row that comes next: [Q, D]."""
        if self.tokens == "merged":
            return self.embed(torch.cat([features, state.last.expand(len(features), -1)], -1))
        if state.examples >= self.longest:
            raise self._too_long()
        return self.embed(F.pad(features, (0, self.n_y))) + self.position[2 * state.examples]

    def _too_long(self) -> MetaKitError:
        return MetaKitError(
            f"This learner reads {self.longest} examples at most, the query among them: give it a shorter prompt."
        )

    def _padded(self, y: Tensor) -> Tensor:
        if y.shape[1] > self.n_y:
            raise MetaKitError(f"This learner tells {self.n_y} classes apart at most: choose a smaller N.")
        return F.pad(y, (0, self.n_y - y.shape[1]))
