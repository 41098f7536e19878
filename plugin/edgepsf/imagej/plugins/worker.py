"""The child process in which a plugin works: `python worker.py`, in a folder with job.json, image.npy, psf.npy.

The process writes result.npy, snapshots as snapshot-ITERATION.npy, and then answer.json: {"seconds": the plugin's own
time} or {"refused": sentence}. It ends with its standard input, that is, with its parent. Every way out is os._exit:
DeconvolutionLab2 leaves threads that keep Java alive for ever.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any


def main() -> None:
    """Do the job in the current folder."""
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    import jpype
    import numpy as np

    jpype.startJVM(job["jvm"], *job["flags"], classpath=job["classpath"], convertStrings=True)
    # This script runs without the package: Python finds the file beside it, in the first folder of the path.
    if TYPE_CHECKING:
        from . import java_side
    else:
        import java_side

    images, psf = np.load("image.npy", mmap_mode="r"), np.load("psf.npy")
    try:
        # The file is filled plane by plane: the result of many images never lies in memory as a whole.
        out = np.lib.format.open_memmap("result.npy", "w+", np.float32, images.shape)
        seconds = 0.0
        for image, place in zip(images, out, strict=True):
            place[...], spent = java_side.run_plugin(job, image, psf, _keep)
            seconds += spent
        out.flush()
        answer: dict[str, Any] = {"seconds": seconds}
    except java_side.Refused as error:
        answer = {"refused": str(error)}
    with open("answer.json.part", "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace("answer.json.part", "answer.json")


def _keep(iteration: int, volume: Any) -> None:
    """Write a snapshot where the parent finds it."""
    import numpy as np

    np.save(f"snapshot-{iteration}.npy", volume)


def _end_with_parent() -> None:
    """Wait for the end of a parent that could not tidy up, and take the folder away in its place."""
    sys.stdin.buffer.read()
    folder = os.getcwd()
    if os.path.basename(folder).startswith("edgepsf-"):
        if os.name == "nt":  # where the folder one is in cannot go
            os.chdir(os.pardir)
        for _ in range(100):  # the other thread may just be writing a file
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.02)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = 1
    try:
        main()
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
