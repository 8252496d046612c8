"""The map of the suite: for every learner what the outer loop learns, what a task changes, and what one step is."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from metakit.recipes.base import Family
from metakit.recipes.titles import METHODS


class Entry(NamedTuple):
    """One way to learn a task, and the methods (by their short names in recipes) that go it."""

    methods: tuple[str, ...]
    outer: str  # learned in the outer loop
    inner: str  # changes in the inner loop
    state: str  # what is known after a task
    step: str  # what one inner step is


CELL = "text-align:left;vertical-align:top;padding:3px 14px 3px 0"
COLUMNS = ("learner", "learned in the outer loop", "changes in the inner loop", "state after a task", "one step")
LEARNERS: dict[Family, tuple[Entry, ...]] = {
    "metric-based": (
        Entry(("siamese",), "encoder, and how much each feature counts", "nothing is moved: examples are embedded",
              "the embedded examples", "one more shot"),
        Entry(("matching",), "encoder, sharpness of attention", "nothing is moved: examples are embedded",
              "the embedded examples", "one more shot"),
        Entry(("prototypical",), "encoder", "the class means", "one point a class", "one more shot"),
        Entry(("relation",), "encoder, and the comparison itself", "the class means", "one feature map a class",
              "one more shot"),
    ),
    "model-based": (
        Entry(("mann",), "a controller that writes and reads", "the memory", "rows of a memory", "one example read"),
        Entry(("meta-networks",), "slow weights, and networks that turn gradients into weights", "fast weights",
              "fast weights of the task and of each example", "one example read"),
        Entry(("snail",), "convolutions in time, and attention", "what the layers have been given",
              "the inputs of every layer", "one example read"),
        Entry(("neural-process",), "encoder of examples, decoder of queries", "the mean of the codes",
              "one vector, and a count", "one example read"),
        Entry(("attentive-neural-process",), "the same, and what to look at", "the mean, and keys to look up",
              "one vector, keys and codes", "one example read"),
        Entry(("in-context",), "all weights of a transformer", "its activations",
              "keys and values of what was read", "one example read"),
        Entry(("prompts-strings",), "all weights of a transformer of characters", "its activations",
              "keys and values of the text so far", "one pair read"),
        Entry(("linear-attention",), "two matrices a layer", "its activations", "one linear map a layer", "one layer"),
    ),
    "optimization-based": (
        Entry(("maml", "maml-pooled", "fomaml"), "the start of all weights", "all weights", "fast weights",
              "one gradient step"),
        Entry(("anil",), "the start of all weights", "the head", "a new head", "one gradient step"),
        Entry(("reptile", "reptile-pooled"), "the start of all weights", "all weights", "fast weights",
              "one step of SGD or Adam"),
        Entry(("meta-sgd",), "the start, and a rate for every weight", "all weights", "fast weights",
              "one gradient step"),
        Entry(("maml-plus-plus",), "the start, and a rate for every layer and step", "all weights", "fast weights",
              "one gradient step"),
        Entry(("t-net", "mt-net"), "the start, a metric; MT-net: and who may move",
              "weights before the metric", "fast weights", "one gradient step"),
        Entry(("lstm-meta-learner",), "the start, and the optimizer, an LSTM", "all weights, and the LSTM's memory",
              "fast weights", "one step of the LSTM"),
        Entry(("meta-opt-net-ridge", "meta-opt-net-svm"), "encoder", "a linear classifier", "its weights",
              "one convex problem, solved"),
    ),
    "baseline": (
        Entry(("nearest-neighbour", "nearest-examples"), "nothing", "nothing is moved", "the examples",
              "one more example, or shot"),
        Entry(("averaging", "ridge", "least-squares", "lasso"), "nothing", "the weights of a linear model",
              "its weights", "one more example"),
        Entry(("descent",), "the step sizes", "the weights of a linear model, from zero", "its weights",
              "one gradient step"),
        Entry(("preconditioned-descent",), "step sizes, and a curvature a step", "the same, and the inputs' shape",
              "its weights and that shape", "one preconditioned step"),
        Entry(("greedy-tree",), "nothing", "a tree", "its leaves", "one split"),
        Entry(("from-scratch", "fitted-network"), "nothing", "all weights, from a random start", "fast weights",
              "one step of SGD or Adam"),
        Entry(("fine-tuning",), "encoder, by classifying all training classes", "a new head", "its weights",
              "one gradient step"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class LearnerMap:
    """A table that a notebook shows in the colours of the page; `only`: one family."""

    only: Family | None = None

    @property
    def rows(self) -> Iterable[tuple[Family, Entry]]:
        """Family and entry, in the order of the course."""
        return (
            (family, entry) for family, entries in LEARNERS.items() for entry in entries if self.only in (None, family)
        )

    def __repr__(self) -> str:
        return "\n".join(" · ".join((family, named(entry), *entry[1:])) for family, entry in self.rows)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{CELL}">{column}</th>' for column in COLUMNS)
        body, last = "", None
        for family, entry in self.rows:
            body += _family(family) if family != last else ""
            cells = "".join(f'<td style="{CELL}">{escape(text)}</td>' for text in entry[1:])
            body, last = (
                f'{body}<tr><th scope="row" style="{CELL}">{escape(named(entry))}</th>{cells}</tr>',
                family,
            )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def named(entry: Entry) -> str:
    """The learners of an entry in words."""
    return "; ".join(METHODS[method] for method in entry.methods)


def _family(name: Family) -> str:
    style = "text-align:left;padding-top:14px;font-size:1.1em;border-bottom:2px solid currentColor"
    return f'<tr><th scope="colgroup" colspan="{len(COLUMNS)}" style="{style}">{name}</th></tr>'
