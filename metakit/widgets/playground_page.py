"""The browser's half of the playground: small files that become one module, and the honest small print."""

from pathlib import Path

from metakit.ledger import Row, read

STATIC = Path(__file__).parent / "static"
# in this order they make one module: no bundler
PARTS = (
    "elements", "board", "ink", "files", "pad", "link", "controls", "drop", "presets", "charts", "rows", "verdict",
    "panel", "dialog", "keyboard", "theme", "layout", "situations", "actions", "address", "page",
)  # fmt: skip
FILES = (STATIC / "help.js", *(STATIC / "playground" / f"{part}.js" for part in PARTS))
SCRIPT = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
STYLE = "\n".join((STATIC / f"{part}.css").read_text(encoding="utf-8") for part in ("help", "playground"))
NAMES = {"prototypical-omniglot-background": "Prototypical network", "maml-omniglot": "MAML"}
SHOWN = {"ways": 5, "shots": 1, "split": "background"}  # of all that is measured: what the page begins with
ABOUT = (
    "Both networks were trained on Omniglot: characters of many alphabets, each drawn once by twenty people.",
    "The prototypical network saw 30 of its 50 alphabets; the Omniglot examples here are from the other 20.",
    "Your drawings are new to both.",
    "The other learners, but for those called new alphabets, saw two thirds of the characters of every alphabet,",
    "and may know an Omniglot example; glyphs and your drawings are new to them too.",
    "MAML starts every task with the same output row for all characters, so it serves any number of them;",
    "the paper has a row for each of a fixed number. Its training began with the prototypical network's encoder.",
    "Batch normalisation is inductive: statistics never come from another query.",
    "A probability is the learner's own opinion, not a measured frequency.",
)


def footnotes() -> list[str]:
    """What the learners were trained on, and what the ledger says they reach."""
    rows = (row for row in read() if row.recipe in NAMES)
    return [" ".join(ABOUT), *(_measured(row) for row in rows if SHOWN.items() <= row.protocol.items())]


def _measured(row: Row) -> str:
    told = row.protocol
    return (
        f"{NAMES[row.recipe]}, {told['ways']}-way {told['shots']}-shot, {told['split']} split, {told['norm']}, "
        f"{row.episodes:,} test episodes: {row.mean:.1f} ± {row.ci95:.1f} % (95 % interval)."
    )
