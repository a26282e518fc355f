"""`python -m imgcls`: the command line."""

import sys

from imgcls.cli import main

sys.exit(main())
