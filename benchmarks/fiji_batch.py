"""200 pictures of 2048² through examples/batch_in_fiji.py: memory after each, and how long the process takes to end.

    python benchmarks/fiji_batch.py [--fiji /path/to/Fiji.app] [--count 200]

Linux only: the resident memory is that of /proc.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import tifffile

import edgepsf as ep
from edgepsf.testing import edge_image

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "batch_in_fiji.py"
MACRO = """
makeRectangle(924, 924, 200, 200); run("PSF from Edge...", "model=logistic"); fwhm = getResult("fwhm", nResults - 1);
selectImage(1); run("Select None"); run("Edge g...", "v1=3000 v2=10000"); return d2s(fwhm, 4);
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--fiji")
    words.add_argument("--count", type=int, default=200)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, given.count)
        measure(folder, ["--fiji", given.fiji] if given.fiji else [])


def prepare(folder: Path, count: int) -> None:
    image = (100 * edge_image(ep.psf.Logistic(1.2), (2048, 2048), noise=0.01)).astype(np.uint16)
    (folder / "in").mkdir()
    tifffile.imwrite(folder / "in" / "p000.tif", image, imagej=True)
    for i in range(1, count):
        os.link(folder / "in" / "p000.tif", folder / "in" / f"p{i:03d}.tif")
    (folder / "m.ijm").write_text(MACRO)


def measure(folder: Path, source: list[str]) -> None:
    command = [
        sys.executable,
        str(SCRIPT),
        str(folder / "in"),
        str(folder / "out"),
        "--macro",
        str(folder / "m.ijm"),
    ]
    begin = time.monotonic()
    memory, said = [], []
    with subprocess.Popen(
        [*command, *source], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        listener = threading.Thread(
            target=lambda: said.extend((line, time.monotonic()) for line in process.stdout)
        )
        listener.start()
        for line in process.stderr:
            if line.rstrip().endswith(" ok"):
                memory.append(resident(process.pid))
                for made in (folder / "out").glob("*.tif"):
                    made.unlink()  # the disk is not what is measured
            else:
                print(line, end="")
        code = process.wait()
    ended = time.monotonic()
    listener.join()
    line, last = said[-1]
    print(f"{line}exit code {code} after {ended - begin:.0f} s, {ended - last:.2f} s after that line")
    for first in range(0, len(memory), max(1, len(memory) // 10)):
        print(f"resident after picture {first + 1:>3}: {memory[first]:.0f} MiB")
    tail = memory[10:]
    if tail:
        slope = np.polyfit(np.arange(len(tail)), tail, 1)[0]
        print(f"after the first ten: {min(tail):.0f} to {max(tail):.0f} MiB, {slope:+.2f} MiB a picture")


def resident(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


if __name__ == "__main__":
    main()
