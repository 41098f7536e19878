"""For batch_in_fiji.py: the steps of restore.ijm in Python."""

import edgepsf as ep


def process(imp, session):
    image = session.to_numpy(imp)
    height, width = image.shape
    fit = ep.fit_edge(image, roi=(width // 4, height // 4, width // 2, height // 2))
    restored = ep.deconvolve(image, fit.psf, "richardson_lucy", iterations=10)
    made = session.to_imageplus(restored, f"{imp.getTitle()} restored")
    made.setCalibration(imp.getCalibration().copy())
    made.show()
    return f"{fit.psf.fwhm:.6f}"
