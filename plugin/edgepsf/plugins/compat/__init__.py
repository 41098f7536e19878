"""The methods of three ImageJ plugins, with the plugins' own conventions and numbers, in plain numpy.

`deconvolutionlab2` answers the algorithms of DeconvolutionLab2 2.1 (Sage et al. 2017,
doi:10.1016/j.ymeth.2016.12.015), `parallel_iterative` those of Parallel Iterative Deconvolution 1.12
(Wendykier 2008), `damas3` is Iterative Deconvolve 3D 5.2 (Dougherty 2005). Where a plugin computes something
else than the method of that name, the method itself is run; each function says where.
"""

from .damas3 import Damas3Result, Damas3Settings, damas3
from .deconvolutionlab2 import ALGORITHMS, deconvolutionlab2
from .parallel_iterative import METHODS, parallel_iterative

__all__ = [
    "ALGORITHMS",
    "METHODS",
    "Damas3Result",
    "Damas3Settings",
    "damas3",
    "deconvolutionlab2",
    "parallel_iterative",
]
