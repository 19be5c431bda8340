"""python -m crm_data COMMAND."""

import sys

from crm_data.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
