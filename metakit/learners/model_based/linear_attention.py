"""Linear attention learns in context by gradient descent: one layer is one step.

A token is an example with its target, e_i = (x_i, y_i); a query is (x, 0). A layer without softmax moves every token by
a linear function of it, which the examples decide:

    (1)  e <- e + M e,   M = B G A,   G = (1 / S) sum over the examples of e_i e_i'        A, B: trained
    (2)  answer = -(the place of y in the query's token)
    (3)  B = -rate * [0 0; 0 1],  A = [I 0; 0 0]:   y_i <- y_i - x_i · dw,  dw = rate / S sum of y_i x_i

With the weights of (3) the answer after L layers is that of L steps of gradient descent from w = 0 on the mean of half
the squared error: what is left of the targets is the residual. B = -[curvature I 0; 0 rate] shapes the inputs as well,
x <- (I - curvature XX'/S) x, which preconditions the next step.

Johannes von Oswald and others: Transformers Learn In-Context by Gradient Descent, 2023, arXiv:2212.07677, proposition
1, section 3 and appendix A.10. Deviations: query, key, value and projection matrices are multiplied out to A and B;
one head; the mean over examples, not the sum.
"""

from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, Step, mean_squared_error


class LinearAttention(EpisodicLearner):
    """State: M of every layer so far [L, d + 1, d + 1]. One step: one layer; step 0: no layer, the answer is zero."""

    loss: Loss = staticmethod(mean_squared_error)

    def __init__(self, dims: int, layers: int = 1) -> None:
        super().__init__()
        self.look = nn.Parameter(0.1 * torch.randn(layers, dims + 1, dims + 1))  # A
        self.change = nn.Parameter(0.1 * torch.randn(layers, dims + 1, dims + 1))  # B

    @classmethod
    @torch.no_grad()
    def by_hand(cls, dims: int, rates: list[float], curvatures: list[float] | None = None) -> Self:
        """The weights of eq. 3: a step of gradient descent a layer; with `curvatures`, preconditioned."""
        learner = cls(dims, len(rates))
        for layer, rate in enumerate(rates):
            curvature = curvatures[layer] if curvatures is not None else 0.0
            learner.look[layer] = torch.diag(torch.tensor([1.0] * dims + [0.0]))
            learner.change[layer] = -torch.diag(torch.tensor([curvature] * dims + [rate]))
        return learner

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        tokens, moves = torch.cat([x, y], -1), x.new_zeros(0, x.shape[1] + 1, x.shape[1] + 1)
        yield Step(moves)
        for look, change in zip(self.look, self.change, strict=True):
            move = change @ (tokens.mT @ tokens / len(tokens)) @ look  # eq. 1
            tokens = tokens + tokens @ move.mT
            moves = torch.cat([moves, move[None]])
            yield Step(moves, {"residual": tokens[:, -1].square().mean()})

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        tokens = torch.cat([x, torch.zeros_like(x[:, :1])], -1)
        for move in state:
            tokens = tokens + tokens @ move.mT
        return -tokens[:, -1:]  # eq. 2


class PreconditionedDescent(EpisodicLearner):
    """Gradient descent as eq. 3 has it, with a learned rate and curvature a step: what layers are compared with."""

    loss: Loss = staticmethod(mean_squared_error)

    def __init__(self, steps: int = 1, *, preconditioned: bool = True) -> None:
        super().__init__()
        self.rates = nn.Parameter(torch.linspace(0.2, 0.8, steps))  # plain steps commute: equal ones would stay equal
        self.curvatures = nn.Parameter(torch.zeros(steps), requires_grad=preconditioned)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        shape, w = torch.eye(x.shape[1]).to(x), x.new_zeros(x.shape[1], 1)  # the inputs are now x @ shape
        yield Step((shape, w))
        for rate, curvature in zip(self.rates, self.curvatures, strict=True):
            seen = x @ shape
            slope = -seen.mT @ y / len(x)
            answered = seen @ (rate * slope)  # a step from zero on what is left of the targets
            w = w - shape @ (rate * slope)  # told in the inputs as they were
            y = y + answered
            shape = shape - curvature * shape @ (seen.mT @ seen / len(x))
            yield Step((shape, w))

    def predict(self, state: tuple[Tensor, Tensor], x: Tensor) -> Tensor:
        return x @ state[1]
