"""Started by torchrun: thirty outer steps of a recipe to argv[1]; at step 12 of the first start worker 1 is killed."""

import os
import signal
import sys
from pathlib import Path

from metakit.distributed import joined
from metakit.recipes import recipe
from metakit.runs import Run

out = Path(sys.argv[1])
with joined("cpu") as device:
    run = Run(recipe("fomaml-sinusoid"), out, device=device, resume=True)
    sys.stdout.write(f"begins at {run.training.step}\n")
    sys.stdout.flush()
    for moment in run.moments(30 - run.training.step, save_seconds=0.0):
        if os.environ["RANK"] == "1" and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0" and moment.record.step == 12:
            os.kill(os.getpid(), signal.SIGKILL)
