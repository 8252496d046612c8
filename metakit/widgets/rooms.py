"""The demo's rooms beside the first: sine waves that some networks learned to learn, and learning in context."""

import anywidget
import torch

from metakit.checkpoints import load, shipped
from metakit.widgets.presets import IN_CONTEXT, ON_CURVES
from metakit.widgets.room import Room

CURVES = "Which wave is it?", ("maml-sinusoid", "reptile-sinusoid", "neural-process-sinusoid")
WORDS = "Words: what comes next?", ("prompts-strings",)
FUNCTIONS = "Functions: which curve is it?", ("in-context-sinusoid", "in-context-linear-5")
TWIN = "no meta-learning"


def curves_room() -> Room:
    """The second room: five points of a sine wave, and who finds the rest."""
    return Room(
        "One network has practised learning. Its twin has not.",
        "Each task is one wave, and you show five points of it. MAML and Reptile have practised on thousands of other "
        "waves: not to know them, but to learn a new one in a step or two. Their twin is the same network without "
        "practice, and the neural process takes no steps at all: it reads. Move a point, or the wave, and watch.",
        {CURVES[0]: _adaptation} if _are_here(CURVES[1]) else {},
        "curves",
        {CURVES[0]: ON_CURVES},
    )


def in_context_room() -> Room:
    """The third room: transformers that learn from what stands before them; those whose weights are here."""
    makers = {WORDS: _prompts, FUNCTIONS: _functions}
    return Room(
        "Nothing is trained here, and yet it learns.",
        "A transformer reads a few examples and goes on. Its weights stay as they are: all it knows of your task is "
        "what you show it. This is in-context learning. Change an example and watch the answer change.",
        {heading: make for (heading, names), make in makers.items() if _are_here(names)},
        "in-context",
        {FUNCTIONS[0]: IN_CONTEXT},
    )


def _are_here(names: tuple[str, ...]) -> bool:
    return all(shipped(name).exists() for name in names)


def _adaptation() -> anywidget.AnyWidget:
    from metakit.recipes import recipe  # noqa: PLC0415 - a closed room costs nothing
    from metakit.widgets.adaptation import Adaptation  # noqa: PLC0415

    torch.manual_seed(0)
    learners = {TWIN: recipe(CURVES[1][0]).learner()}
    learners |= {
        name: load(found) for name, found in zip(("MAML", "Reptile", "neural process"), CURVES[1], strict=True)
    }
    return Adaptation(learners, seed=32, shots=5, twin=TWIN)


def _prompts() -> anywidget.AnyWidget:
    from metakit.widgets.prompt_playground import PromptPlayground  # noqa: PLC0415 - the same

    return PromptPlayground()


def _functions() -> anywidget.AnyWidget:
    from metakit.learners.model_based.in_context import InContextLearner  # noqa: PLC0415 - the same
    from metakit.widgets.function_playground import FunctionPlayground  # noqa: PLC0415

    sinusoids, linear = (load(name) for name in FUNCTIONS[1])
    assert isinstance(sinusoids, InContextLearner)  # noqa: S101 - for the type checker
    assert isinstance(linear, InContextLearner)  # noqa: S101
    return FunctionPlayground(sinusoids, linear)
