"""RedLionfish by its CPU method, which goes through scipy.fft; threads come from the caller."""

import scipy.fft
from _worker import main
from RedLionfishDeconv import doRLDeconvolutionFromNpArrays


def prepare(job):
    """Richardson-Lucy of a stack."""

    def call():
        with scipy.fft.set_workers(job.threads):
            return doRLDeconvolutionFromNpArrays(job.image, job.psf, niter=job.iterations, method="cpu")

    return call


if __name__ == "__main__":
    main(prepare, "RedLionfish")
