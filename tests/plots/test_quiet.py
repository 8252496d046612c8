"""A slow first import of matplotlib alarms nobody; what matters is still told."""

import os
import subprocess
import sys
from pathlib import Path

SLOW = """
import threading
real = threading.Timer
threading.Timer = lambda seconds, *rest, **more: real(0.01, *rest, **more)
import metakit.plots
from matplotlib import font_manager
font_manager.findfont("No Such Font")
"""


def test_the_font_cache_is_built_without_a_word(tmp_path: Path):
    made = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", SLOW], env=made, capture_output=True, text=True, check=True).stderr
    assert list(tmp_path.glob("fontlist*"))
    assert "building" not in told
    assert "No Such Font" in told
