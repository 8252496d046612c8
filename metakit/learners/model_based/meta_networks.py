"""Meta networks: gradients of the support set are turned, by a network, into weights. No gradient step is taken.

Two slow layers are learned across tasks, Q that makes keys and W that names classes. For a task each gets fast weights,
which small networks make from loss gradients: Q* for the whole task, and W* for every support example, kept in a
memory where a query looks them up by its key. An augmented layer runs slow and fast weights side by side.

    (1)  G_Q = gradient over Q of the contrastive loss of the keys relu(Q f(x_i)),   mean over pairs
    (2)  Q* = d(G_Q)                                               fast weights of the task
    (3)  r_i = relu(Q f(x_i)) + relu(Q* f(x_i))                    layer augmentation: the key of example i
    (4)  G_i = gradient over W of the cross-entropy of W f(x_i)    = (softmax(W f(x_i)) - y_i) f(x_i)^T
    (5)  W*_i = m(G_i)                                             fast weights of example i, in the memory
    (6)  a = softmax over i of beta cos(r, r_i),   W* = sum over i of a_i W*_i
    (7)  p(y | x) = softmax(W f(x) + W* f(x))                      layer augmentation

Tsendsuren Munkhdalai, Hong Yu: Meta Networks, 2017, arXiv:1703.00837, algorithm 1 and eq. 1 to 10. Gradients are
inputs, constants to the outer loop (first order). Deviations: keys and classes are made from one encoder f, and only
their last layers have fast weights; W has one learned row for every way, so that any N is served and ways are
interchangeable; d averages the gradients where the paper has an LSTM read them; d and m begin as steps against the
gradient; a sharpness beta.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import EpisodicLearner, NormMode, Step
from metakit.learners.optimization_based.inner_loop import Weights, gradient
from metakit.learners.optimization_based.lstm_meta_learner import readable
from metakit.nets.encoders import Conv4, mlp
from metakit.nets.norms import use_statistics


class FastWeights(NamedTuple):
    """What a task has added to the slow weights."""

    layer: Tensor  # Q* [D, D]
    keys: Tensor  # r_i [S, D]
    memory: Tensor  # W*_i [S, N, D]


class Generator(nn.Module):
    """d and m: a gradient, number by number, to fast weights. A small network beside a step against the gradient."""

    def __init__(self, rate: float, width: int = 20) -> None:
        super().__init__()
        self.rate, self.net = nn.Parameter(torch.tensor(rate)), mlp(2, width, 1)
        for last in self.net[-1].parameters():
            nn.init.zeros_(last)

    def forward(self, gradient: Tensor) -> Tensor:
        """[..] -> [..]."""
        return self.net(readable(gradient))[..., 0] - self.rate * gradient


class MetaNetwork(EpisodicLearner):
    """State: the fast weights. One step: one more support example in the memory; Q* is made before the first."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(self, encoder: Conv4, sharpness: float = 50.0) -> None:
        super().__init__()
        self.encoder, width = encoder, encoder.n_features
        self.key, self.row = nn.Parameter(torch.eye(width)), nn.Parameter(torch.zeros(width))  # Q, and W's row
        self.task_generator, self.example_generator = Generator(1.0), Generator(0.1)  # d, m
        self.sharpness = nn.Parameter(torch.tensor(sharpness))  # beta

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        features = self.encoder(x)
        layer = self.task_generator(self._gradient_of_the_keys(features, y))  # eq. 2
        keys, memory = self._keys(layer, features), self.example_generator(self._gradients(features, y))  # eq. 3, 5
        for stored in range(1, len(x) + 1):
            yield Step(FastWeights(layer, keys[:stored], memory[:stored]))

    def predict(self, state: FastWeights, x: Tensor) -> Tensor:
        features = self.encoder(x)
        fast = torch.einsum("qs,snd->qnd", self._look_up(state, features), state.memory)  # eq. 6
        return torch.einsum("qnd,qd->qn", fast + self.row, features)  # eq. 7

    def attention(self, state: FastWeights, x: Tensor) -> list[Tensor]:
        """How much each query looks at each example in the memory: [Q, S], once."""
        return [self._look_up(state, self.encoder(x))]

    def _look_up(self, state: FastWeights, features: Tensor) -> Tensor:
        """eq. 6: [Q, S]."""
        keys = self._keys(state.layer, features)
        return (self.sharpness * F.normalize(keys, dim=-1) @ F.normalize(state.keys, dim=-1).T).softmax(-1)

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")

    def _keys(self, fast: Tensor, features: Tensor) -> Tensor:
        """eq. 3: features [n, D] -> [n, D]."""
        return (features @ self.key.T).relu() + (features @ fast.T).relu()

    def _gradient_of_the_keys(self, features: Tensor, y: Tensor) -> Tensor:
        """eq. 1: [D, D]."""
        features = features.detach()

        def loss(weights: Weights) -> Tensor:
            return contrastive((features @ weights["key"].T).relu(), y)

        return gradient(loss, {"key": self.key}, second_order=False)[0]["key"]

    def _gradients(self, features: Tensor, y: Tensor) -> Tensor:
        """eq. 4 in closed form: [S, N, D]. All rows of W are the same, and so are all answers."""
        return ((1 / y.shape[1] - y)[:, :, None] * features[:, None]).detach()


def contrastive(keys: Tensor, y: Tensor, margin: float = 1.0) -> Tensor:
    """Squared distance of pairs of one class, and how far pairs of two classes come within the margin; mean.

    keys [S, D] are brought to unit length. Raia Hadsell, Sumit Chopra, Yann LeCun: Dimensionality Reduction by Learning
    an Invariant Mapping, 2006, eq. 4.
    """
    keys = F.normalize(keys, dim=-1)
    squared, same = (keys[:, None] - keys[None]).square().sum(-1), y @ y.T
    apart = (margin - (squared + 1e-6).sqrt()).relu().square()
    return (same * squared + (1 - same) * apart).mean() / 2
