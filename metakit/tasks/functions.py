"""Functions in context: the examples (x_i, f(x_i)) of one random function make a prompt.

x ~ N(0, I), f from one of the families in function_families.py. `shift` changes the inputs at test time, after the
shifts of the literature: a learner of functions should not mind, one of typical prompts will.

Shivam Garg, Dimitris Tsipras, Percy Liang, Gregory Valiant: What Can Transformers Learn In-Context?, 2022,
arXiv:2208.01066, sections 3 to 5; a finite pool of tasks: Allan Raventós, Mansheej Paul, Feng Chen, Surya Ganguli:
Pretraining Task Diversity, 2023, arXiv:2306.15063.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.base import generator
from metakit.tasks.function_families import Linear, Network, Tree

Kind = Literal["linear", "sparse", "network", "tree"]
Shift = Literal["test", "skewed", "scaled", "noisy", "orthogonal", "orthants"]
NONZERO = 3  # of a sparse linear function
FEWEST_DIMS, POOL_SEED, LARGEST_POOL = 2, 20_230_615, 2**16


@dataclass(frozen=True)
class Functions:
    """`shots` examples and `queries` of a random function of `dims` inputs.

    `noise` is the standard deviation of what is added to the targets of the examples, in units of the function's own;
    queries have none. `active`: only the first so many inputs differ from zero (for a curriculum). `pool`: the tasks
    are so many fixed functions instead of ever new ones.
    """

    kind: Kind = "linear"
    dims: int = 5
    shots: int = 10
    queries: int = 1
    noise: float = 0.0
    shift: Shift = "test"
    active: int | None = None
    pool: int | None = None
    scale: float = 2.0  # of the inputs under the shift "scaled"
    uniform: bool = False  # inputs ~ U[-sqrt 3, sqrt 3], of mean square 1 as well, instead of normal

    def __post_init__(self) -> None:
        if self.shots < 0 or self.shots + self.queries < 1 or self.dims < FEWEST_DIMS:
            raise MetaKitError("A prompt needs an example and a function of 2 inputs at least: choose more of them.")
        if self.shift == "orthogonal" and self.shots >= self.dims:
            raise MetaKitError(
                f"{self.shots} examples span all {self.dims} inputs: choose fewer for a query outside their span."
            )
        if self.pool is not None and not 1 <= self.pool <= LARGEST_POOL:
            raise MetaKitError(f"A pool has 1 to {LARGEST_POOL:,} tasks: choose a size between.")

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T prompts: x [T, n, d], y [T, n, 1]."""
        f, x = self.functions(n_tasks, rng), self._inputs(n_tasks, rng)
        y = f(x)
        noise = self.dims**-0.5 if self.shift == "noisy" else self.noise
        if noise:
            shown, asked = y[:, : self.shots], y[:, self.shots :]
            y = torch.cat([shown + noise * torch.randn(shown.shape, generator=rng, device=rng.device), asked], 1)
        return Task(x[:, : self.shots], y[:, : self.shots], x[:, self.shots :], y[:, self.shots :])

    def functions(self, n_tasks: int, rng: torch.Generator) -> Linear | Network | Tree:
        """Draw T functions; from the pool where there is one."""
        if self.pool is not None:
            picks = torch.randint(self.pool, (n_tasks,), generator=rng, device=rng.device)
            return Linear(self.pooled().to(rng.device)[picks])
        dims, active = self.dims, self.active or self.dims
        if self.kind == "network":
            return Network.draw(n_tasks, dims, rng)
        if self.kind == "tree":
            return Tree.draw(n_tasks, active, rng)
        return Linear.draw(n_tasks, dims, rng, NONZERO if self.kind == "sparse" else None, active)

    def pooled(self) -> Tensor:
        """The weights of a finite pool of linear functions [pool, d]: a larger pool contains the smaller ones."""
        return _all_pooled(self.dims)[: self.pool]

    def _inputs(self, n_tasks: int, rng: torch.Generator) -> Tensor:
        shape = n_tasks, self.shots + self.queries, self.dims
        if self.uniform:
            x = (2 * torch.rand(shape, generator=rng, device=rng.device) - 1) * 3**0.5
        else:
            x = torch.randn(shape, generator=rng, device=rng.device)
        if self.active is not None:
            x = x * (torch.arange(self.dims, device=x.device) < self.active)
        return shifted(x, self.shots, self.shift, rng, self.scale)


@cache
def _all_pooled(dims: int) -> Tensor:
    return Linear.draw(LARGEST_POOL, dims, generator(POOL_SEED)).weight


def shifted(x: Tensor, shots: int, shift: Shift, rng: torch.Generator, scale: float = 2.0) -> Tensor:
    """The inputs x [T, n, d] ~ N(0, I) under one of the shifts; the first `shots` are the examples'."""
    dims = x.shape[-1]
    if shift == "scaled":
        return scale * x
    if shift == "skewed":  # eigenvalues fall as 1 / i², in a random basis; the same mean square
        spread = 1 / torch.arange(1, dims + 1, device=x.device)
        basis = torch.linalg.qr(torch.randn(len(x), dims, dims, generator=rng, device=x.device))[0]
        return x * spread * (dims / spread.square().sum()).sqrt() @ basis
    if shift == "orthants":  # the examples keep to one orthant, each query to one of its own
        signs = torch.randn(len(x), 1, dims, generator=rng, device=x.device).sign()
        return torch.cat([x[:, :shots].abs() * signs, x[:, shots:]], 1)
    if shift == "orthogonal":  # what the examples say nothing about
        span = torch.linalg.qr(x[:, :shots].mT)[0]  # [T, d, shots]
        query = x[:, shots:]
        return torch.cat([x[:, :shots], query - query @ span @ span.mT], 1)
    return x


FUNCTIONS = {  # by the names that recipes call them
    "linear-5": Functions("linear", 5),
    "noisy-5": Functions("linear", 5, noise=5**-0.5),  # as much as one of the inputs makes
    "linear-20": Functions("linear", 20),
    "noisy-20": Functions("linear", 20, noise=20**-0.5),
    "uniform-10": Functions("linear", 10, uniform=True),
    "sparse-20": Functions("sparse", 20),
    "network-5": Functions("network", 5),
    "tree-5": Functions("tree", 5),
}


@dataclass(frozen=True)
class Curriculum:
    """Tasks that grow while one trains on them: inputs from `dims` and examples from `shots` to those of `tasks`.

    Garg and others 2022, appendix A.2. `until`: the share of the training after which they have grown up.
    """

    tasks: Functions
    dims: int
    shots: int
    until: float = 0.3

    def at(self, share: float) -> Functions:
        """The tasks when this share of the training is done."""
        grown = min(1.0, share / self.until)
        active = self.dims + round(grown * (self.tasks.dims - self.dims))
        shots = self.shots + round(grown * (self.tasks.shots - self.shots))
        return replace(self.tasks, active=active, shots=shots)

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T of the grown-up tasks."""
        return self.tasks.sample(n_tasks, rng)
