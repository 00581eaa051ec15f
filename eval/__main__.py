"""``python -m eval BENCHMARK --index DIR``: the same as ``chithi eval``."""

import sys

from eval.cli import main

sys.exit(main())
