"""flowdec. Its graph is built once and outside the timed call; its picture is padded by the PSF's size."""

from _worker import main
from flowdec.data import Acquisition
from flowdec.restoration import RichardsonLucyDeconvolver
from tensorflow.compat.v1 import ConfigProto


def prepare(job):
    """Richardson-Lucy with real FFTs, its faster way."""
    padding = [k - 1 for k in job.psf.shape]
    solver = RichardsonLucyDeconvolver(
        job.image.ndim, pad_mode="2357", pad_min=padding, real_domain_fft=True
    ).initialize()
    threads = ConfigProto(intra_op_parallelism_threads=job.threads, inter_op_parallelism_threads=1)
    picture = Acquisition(data=job.image, kernel=job.psf)
    return lambda: solver.run(picture, niter=job.iterations, session_config=threads).data


if __name__ == "__main__":
    main(prepare, "flowdec")
