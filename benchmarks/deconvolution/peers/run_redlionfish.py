"""RedLionfish by its CPU method as it comes: one thread of scipy.fft."""

from _worker import main
from RedLionfishDeconv import doRLDeconvolutionFromNpArrays


def prepare(job):
    """Richardson-Lucy of a stack."""

    def call():
        return doRLDeconvolutionFromNpArrays(job.image, job.psf, niter=job.iterations, method="cpu")

    return call


if __name__ == "__main__":
    main(prepare, "RedLionfish")
