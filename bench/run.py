"""Every figure of bench/README.md, one after the other: `make bench`.

python bench/run.py [--data DIR]     DIR: real data sets by folder (cdnow/, online_retail/, …), if you have them
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
TRUTH = HERE.parent / "tests" / "data"
# The peers need older libraries than ours: they get a place of their own, and the versions that were measured.
PEERS = [
    "run",
    "--no-project",
    "--with",
    "lifetimes==0.11.3",
    "--with",
    "pymc-marketing==1.3.0",
    "python",
    "-W",
    "ignore",
]
BENCHES: tuple[tuple[str, list[str]], ...] = (
    ("summary.py", []),
    ("clv.py", []),
    ("value_fit.py", ["--peers"]),
    ("worth.py", []),
    ("add.py", []),
    ("refresh.py", []),
    ("identity.py", [str(TRUTH / "splink_fake_1000" / "fake_1000.csv")]),
    (
        "identity.py",
        [
            str(TRUTH / "febrl" / "dataset3.csv"),
            "--id",
            "rec_id",
            "--truth",
            "rec_id",
            "--truth-pattern",
            r"rec-(\d+)-",
        ],
    ),
    ("standing.py", ["--people", "6000", "--test", "2500"]),
    ("foretell.py", []),
    ("gate.py", []),
    ("plan.py", ["--people", "100000"]),
    ("plan.py", ["--people", "1000000", "--days", "7"]),
    ("ledger_kill.py", []),
    ("refresh_kill.py", []),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder of real data sets, each in a folder of its own")
    given = parser.parse_args()
    runs = list(BENCHES)
    if given.data:
        runs = [(name, ["--data", str(given.data)] if name == "worth.py" else more) for name, more in BENCHES]
        runs += [("real.py", [str(given.data)]), ("voice.py", ["--data", str(given.data)])]
        runs += [(name, ["--data", str(given.data)]) for name in ("semantic.py", "proof.py")]
    failed = [name for name, arguments in runs if not _ran(name, arguments)]
    print(f"{len(runs) - len(failed)} of {len(runs)} done" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def _ran(name: str, arguments: list[str]) -> bool:
    print(f"\n== bench/{name} {' '.join(arguments)}", flush=True)
    python = [os.environ.get("UV", "uv"), *PEERS] if "--peers" in arguments else [sys.executable, "-W", "ignore"]
    return subprocess.run([*python, str(HERE / name), *arguments], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
