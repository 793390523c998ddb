"""Runs every benchmark of this folder, or the one named: `python -m tests.bench [name]`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

NOT_BENCHES = {
    "__main__",
    "report",
    "paired",
    "bare_ingest",
    "bare_form",
    "checkdmarc_report",
    "silence_series",
    "silence_chart",
}


def main() -> int:
    names = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name not in NOT_BENCHES]
    wanted = sys.argv[1:] or names
    unknown = set(wanted) - set(names)
    if unknown:
        print(f"no benchmark is called {', '.join(sorted(unknown))}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    fine = True
    for name in wanted:
        print(f"bench {name} ...", file=sys.stderr)
        fine &= importlib.import_module(f"tests.bench.{name}").main()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
