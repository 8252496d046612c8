"""Matching networks: a query takes its label from the support examples it attends to.

Nothing is summarised: every support example is kept, and a query's label is the average of their labels, weighted by
an attention that falls with the cosine distance. It is a nearest-neighbour rule made smooth, so that the embedding
can be trained through it, on episodes that look like the test.

    (1)  p(y | x) = sum over the support examples of a(x, x_i) y_i
    (2)  a(x, x_i) = softmax over i of  tau cosine(f(x), g(x_i))
    full-context embeddings, where g' and f' are the encoder's:
    (3)  g(x_i) = g'(x_i) + forward_i + backward_i     the two directions of an LSTM over the support set
    (4)  f(x) = h_K:   r_k = sum over i of softmax(h_k . g(x_i)) g(x_i),   h_0 = f'(x), c_0 = 0
                       h_k+1 = f'(x) + LSTM(f'(x), [h_k, r_k], c_k)

Oriol Vinyals and others: Matching Networks for One Shot Learning, 2016, arXiv:1606.04080: eq. 1 and section 2.1.1 for
(1) and (2), section 2.1.2 and appendix A for (3) and (4). Deviations: the scale tau is learned (the paper has 1); f'
and g' are the same encoder; an attention LSTM starts at the query's own embedding.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import EpisodicLearner, NormMode, Step
from metakit.learners.metric_based.shots import Support, labels_by_shot
from metakit.nets.norms import use_statistics


class MatchingNetwork(EpisodicLearner):
    """State: the embedded support set. One step: one more shot of every class."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True

    def __init__(self, encoder: nn.Module, context: "FullContext | None" = None) -> None:
        super().__init__()
        self.encoder, self.context = encoder, context
        self.scale = nn.Parameter(torch.tensor(10.0))  # tau of eq. 2

    def embed(self, x: Tensor) -> Tensor:
        """Images [n, 1, 28, 28] to points [n, D]: f' and g'."""
        return self.encoder(x)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        points = self.embed(x)
        for labels in labels_by_shot(y):
            read = labels.sum(-1) > 0
            seen = points[read]
            yield Step(Support(seen if self.context is None else self.context.support(seen), labels[read]))

    def predict(self, state: Support, x: Tensor) -> Tensor:
        weighted = self.attention(state, x) @ state.y  # eq. 1
        return weighted.clamp(min=torch.finfo(weighted.dtype).tiny).log()

    def attention(self, state: Support, x: Tensor) -> Tensor:
        """eq. 2: how much each query looks at each support example, [Q, S]."""
        points = self.embed(x)
        points = points if self.context is None else self.context.query(points, state.points)
        return (self.scale * cosines(points, state.points)).softmax(-1)

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")


class FullContext(nn.Module):
    """Embeddings that know the whole support set. The set is read as a sequence, so its order has some influence."""

    def __init__(self, n_features: int, reads: int = 5) -> None:
        super().__init__()
        self.reads = reads  # K of eq. 4
        self.over_support = nn.LSTM(n_features, n_features, bidirectional=True)
        self.attending = nn.LSTMCell(2 * n_features, n_features)

    def support(self, points: Tensor) -> Tensor:
        """eq. 3. [S, D] -> [S, D]."""
        forward, backward = self.over_support(points)[0].chunk(2, -1)
        return points + forward + backward

    def query(self, points: Tensor, support: Tensor) -> Tensor:
        """eq. 4. points [Q, D], support [S, D] -> [Q, D]. The gates are linear: h and r may come in apart."""
        h, c = points, torch.zeros_like(points)
        for _ in range(self.reads):
            r = (h @ support.T).softmax(-1) @ support
            new, c = self.attending(torch.cat([points, r], -1), (h, c))
            h = points + new
        return h


def cosines(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of the angle between every row of a [Q, D] and every row of b [S, D]: [Q, S]."""
    return F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).T
