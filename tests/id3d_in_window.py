"""Run Iterative Deconvolve 3D itself in ImageJ's window: the child process of test_id3d_plugin.

    python id3d_in_window.py WORK [headless]

DISPLAY names a display, EDGEPSF_PLUGINS or EDGEPSF_FIJI the folder with the plugin. WORK: folder with cases.json,
{name: words of the option string}, and the arrays as NAME-y.npy and NAME-h.npy. The results are written beside them as
NAME-x.npy, and what ImageJ told as told.json, {name: [answer of the macro, lines of the Results window, log]}.
"""

import json
import sys
from pathlib import Path

import numpy as np

ANSWER = (
    'getPixelSize(unit, w, h); return getTitle() + "," + bitDepth() + "," + nSlices + "," + '
    'getSliceNumber() + "," + unit + "," + w + "," + nImages;'
)


def main(work: Path, headless: bool) -> None:
    """Run all cases."""
    from edgepsf.imagej.bridge import register
    from edgepsf.imagej.session import start

    running = register(start(headless))
    from jpype import JClass

    imagej, told = JClass("ij.IJ"), {}
    for name, words in json.loads((work / "cases.json").read_text()).items():
        for part, title in (("y", "y"), ("h", "h")):
            running.to_imageplus(np.load(work / f"{name}-{part}.npy"), title).show()
        line = f'run("Iterative Deconvolve 3D", "image=y point=h output=D {words}");'
        answer = running.run_macro(line + ANSWER)
        np.save(work / f"{name}-x.npy", running.to_numpy(JClass("ij.WindowManager").getCurrentImage()))
        panel = imagej.getTextPanel()
        lines = str(panel.getText()).split() if panel is not None else []
        told[name] = [answer, lines, str(imagej.getLog() or "")]
        if panel is not None:
            panel.clear()
        running.run_macro('run("Close All");')
    (work / "told.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), headless="headless" in sys.argv)
