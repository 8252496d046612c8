"""Pure functions from data to figures."""

import logging

# matplotlib warns of it once for every user, whom it makes wonder what is wrong: nothing is
logging.getLogger("matplotlib.font_manager").addFilter(lambda told: "building the font cache" not in told.getMessage())
