"""What a lesson asks and shows: a question before the result, an exercise that checks itself, the code that runs."""

from metakit.teach.exercises import Verdict, check
from metakit.teach.predict import Predict
from metakit.teach.source import Source, show_source

__all__ = ["Predict", "Source", "Verdict", "check", "show_source"]
