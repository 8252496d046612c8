"""Several rules on the points of one encoder: which of them makes fewer mistakes?"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from metakit.core import Task, as_targets, hits
from metakit.evaluate import Score, score

Rule = Callable[[Tensor, Tensor, Tensor], Tensor]  # queries [Q, D], support [S, D], one-hot labels [S, N] -> [Q, N]


@torch.no_grad()
def compare_rules(embed: Callable[[Tensor], Tensor], rules: Sequence[Rule], tasks: Task) -> list[Score]:
    """Accuracy of every rule on the same tasks, one encoder for all. tasks: images with T in front."""
    shares = []
    for task in map(tasks.at, range(len(tasks.query_y))):
        points = embed(task.query_x), embed(task.support_x)
        logits = [rule(*points, as_targets(task.support_y)) for rule in rules]
        shares.append(torch.stack([hits(one, task.query_y).mean() for one in logits]))
    return [score(per_task) for per_task in torch.stack(shares, 1)]
