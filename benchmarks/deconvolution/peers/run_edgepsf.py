"""edgepsf itself, with scipy.fft or with ducc0: whatever its environment holds."""

from _worker import best_regularization, main

import edgepsf


def prepare(job):
    """Richardson-Lucy, or Wiener with the regularisation that is best for this picture or chosen by the method."""
    options = {"workers": job.threads, **job.options}
    if job.method == "richardson_lucy":
        return lambda: edgepsf.deconvolve(job.image, job.psf, iterations=job.iterations, **options)

    def wiener(value):
        return edgepsf.deconvolve(job.image, job.psf, "wiener", regularization=value, **options)

    value = None
    if job.method == "wiener":
        value = best_regularization(
            wiener, job.truth, [10**k for k in (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5)]
        )
    return lambda: wiener(value)


if __name__ == "__main__":
    main(prepare, "edgepsf")
