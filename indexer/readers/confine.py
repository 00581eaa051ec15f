"""Sets a limit of address space on itself and becomes another program: ``confine.py BYTES COMMAND…``.

A file of its own, run without our packages, because a limit set between fork and exec is not safe in a
process with threads.
"""

from __future__ import annotations

import os
import resource
import sys

if __name__ == "__main__":
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
