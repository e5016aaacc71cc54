"""`python -m tui.demo [--prepare-only DIR] [--pause LOW HIGH]`: what `milepost demo` does."""

import argparse
import sys

from tui.demo import run
from tui.demo.colleague import PAUSE

if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m tui.demo")
    parser.add_argument("--prepare-only", default="", metavar="DIR")
    parser.add_argument("--pause", type=float, nargs=2, default=PAUSE, metavar=("LOW", "HIGH"))
    options = parser.parse_args()
    sys.exit(run(options.prepare_only, tuple(options.pause)))
