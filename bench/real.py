"""Real data through the command line: what is read, refused, and whom it names first.

python bench/real.py DIR      every file in the folders of DIR that `byname add` can read; names are not printed
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ENDINGS = (".csv", ".csv.gz", ".json", ".json.gz", ".parquet", ".xlsx")


def main(folder: Path) -> None:
    for data in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(str(file) for file in data.iterdir() if file.name.endswith(ENDINGS))
        with tempfile.TemporaryDirectory() as scratch:
            company = str(Path(scratch) / "company")
            _byname("init", company)
            print(f"{data.name}:")
            for file in files:
                said = _byname("add", company, file).splitlines()
                print("  " + (said[0] if said else "nothing said")[:160])
            said = _byname("refresh", company).splitlines()
            print("  " + said[-1].split(":")[0] if said else "  no snapshot")


def _byname(*arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "byname.cli", *arguments], check=False, capture_output=True, text=True, timeout=600
    )
    return ran.stdout or ran.stderr


if __name__ == "__main__":
    main(Path(sys.argv[1]))
