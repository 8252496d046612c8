"""What a lesson asks and shows: a question before the result, an exercise that checks itself, the code that runs."""

from metakit.teach.exercises import Exercise
from metakit.teach.frugal import stay_small
from metakit.teach.images import LessonImages, lesson_images
from metakit.teach.predict import Predict
from metakit.teach.source import Source, show_source
from metakit.teach.verdict import Verdict

__all__ = ["Exercise", "LessonImages", "Predict", "Source", "Verdict", "lesson_images", "show_source"]

stay_small()  # in a notebook
