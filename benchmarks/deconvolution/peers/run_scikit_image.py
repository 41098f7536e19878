"""scikit-image as it comes: its convolutions use one thread of scipy.fft."""

from _worker import best_regularization, main
from skimage import restoration


def prepare(job):
    """`richardson_lucy`, `wiener` with the best balance for this picture, or `unsupervised_wiener`."""

    def wiener(balance):
        return restoration.wiener(job.image, job.psf, balance, clip=False)

    balance = None
    if job.method == "wiener":
        balance = best_regularization(
            wiener, job.truth, [10**k for k in (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1)]
        )

    def call():
        if job.method == "richardson_lucy":
            return restoration.richardson_lucy(job.image, job.psf, num_iter=job.iterations, clip=False)
        if job.method == "wiener":
            return wiener(balance)
        return restoration.unsupervised_wiener(job.image, job.psf, clip=False)[0]

    return call


if __name__ == "__main__":
    main(prepare, "scikit-image")
