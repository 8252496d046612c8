"""The study of tokens: both runs see the same prompts, and are asked the same."""

import torch

from metakit.studies.tokens import TOKENS
from metakit.tasks.base import generator


def test_both_lay_out_the_same_prompts():
    merged, interleaved = (TOKENS.run(label) for label in ("merged", "interleaved"))
    prompts = [run.tasks().sample(4, generator(0)) for run in (merged, interleaved)]
    assert all(torch.equal(a, b) for a, b in zip(*prompts, strict=True))
    x = torch.cat([prompts[0].support_x, prompts[0].query_x], 1)[0]
    y = torch.cat([prompts[0].support_y, prompts[0].query_y], 1)[0]
    assert [len(run.learner().rows(x, y)) for run in (merged, interleaved)] == [16, 32]
    assert list(merged.probes) == list(interleaved.probes) == ["5 examples", "10 examples", "15 examples"]
