"""`python -m edgepsf`."""

import sys

from .cli import main

sys.exit(main())
