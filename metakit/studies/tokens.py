"""How to lay out a prompt: does a row hold an example's x beside the last answer, or have x and y rows of their own?

Linear functions of 5 inputs, prompts of 16; the same transformer, steps and prompts for both. Merged rows are half as
many, and say by their make which y belongs to which x; interleaved ones leave both to be found out.

Shivam Garg, Dimitris Tsipras, Percy Liang, Gregory Valiant: What Can Transformers Learn In-Context?, 2022,
arXiv:2208.01066, section 2, has interleaved rows. Deviations: four layers instead of twelve; 3,000 steps of 64 prompts
instead of 500,000.
"""

from functools import partial

from metakit.core import MetaLearner
from metakit.learners.model_based.in_context import InContextLearner, Tokens
from metakit.nets.transformer import Transformer
from metakit.studies.base import Study, StudyRun
from metakit.tasks.functions import Functions
from metakit.train import Schedule

DIMS, LONGEST, EXAMPLES = 5, 16, (5, 10, 15)


def _learner(tokens: Tokens) -> MetaLearner:
    return InContextLearner(DIMS, 1, Transformer(64, 4, 4), tokens=tokens, longest=LONGEST, scored="mostly queries")


def _prompts(shots: int, queries: int = 1) -> Functions:
    return Functions("linear", DIMS, shots, queries)


def _run(tokens: Tokens) -> StudyRun:
    return StudyRun(
        tokens, {"tokens": tokens}, partial(_learner, tokens), partial(_prompts, DIMS, LONGEST - DIMS),
        Schedule(3000, 64, 2e-3, warmup=200, clip=1.0),
        {f"{shots} examples": partial(_prompts, shots) for shots in EXAMPLES}, probe_every=250,
        protocol=f"{DIMS} inputs, prompts of {LONGEST}, 64 a step; error as a share of predicting zero; 1,280 prompts",
        episodes=1280, metric="mse",
    )  # fmt: skip


TOKENS = Study("tokens", "Should an example be one row of the prompt, or two?", (_run("merged"), _run("interleaved")))
