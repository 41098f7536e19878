"""The one table of commands: from it come `run("Name...", "key=value")` in ImageJ, the CLI and the docs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..deconvolve import engines
from ..deconvolve.methods import METHODS
from ..deconvolve.operator import BOUNDARIES
from ..options import Option
from ..pictures.picture import Result
from ..plugins import PROGRAMS
from . import compare, linear, operations


@dataclass(frozen=True)
class Command:
    """A command under all its names.

    Attributes
    ----------
    name : str
        Name in ImageJ menus and macros; it stands in people's macros and does not change.
    cli : str
        Subcommand of `edgepsf`.
    function : callable
        Takes the current picture and the options, gives a Result.
    image : {"needed", "optional"}
        Whether a current picture is needed.
    output : {"image", "numbers", "both"}
        What it makes; "image" needs `-o` in the CLI.
    derived_as : str
        Option that the current picture becomes when it is a map derived from another one, which is then
        the picture worked on.
    color : bool
        Whether colour images are taken.
    region : bool
        Whether it looks at the selected region; the command line has no --roi for others.
    makes : str
        What it makes, in words, where `output` does not say it.
    report : str
        What `--report` draws on the command line, where there is such a picture.
    example : str
        Option string that works, for the docs and tests.
    """

    name: str
    cli: str
    function: Callable[..., Result]
    help: str
    options: tuple[Option, ...] = ()
    image: str = "needed"
    output: str = "image"
    derived_as: str = ""
    color: bool = False
    region: bool = True
    example: str = ""
    makes: str = ""
    report: str = ""


_V1 = Option("v1", "number", None, "plateau level on the side d > 0; estimated when not given", "gray value")
_V2 = Option("v2", "number", None, "plateau level on the other side", "gray value")
_SIZE = Option(
    "size", "integer", None, "side of the kernel, odd; by default it holds 99.9 % of the energy", "px", (), 1
)
_STACK = Option("stack", "flag", False, "every plane of the stack, not only the one shown")
_STOP = Option(
    "stop", "choice", None, "for richardson_lucy: auto chooses the iterations from the picture", "", ("auto",)
)
_PLOT = Option("plot", "flag", False, "show it as a plot too")
_COEFFICIENTS = tuple(
    Option(f"p{k}", "number", None, f"coefficient of d^{k} in f(d)", f"px^-{k}") for k in range(1, 16, 2)
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "Linear Channels...",
        "linear",
        linear.linear_channels,
        "Linear light, 0 to 1: undoes the sRGB curve or a gamma, one 32-bit image a channel; merge goes back.",
        (
            Option(
                "gamma",
                "number",
                None,
                "exponent of the encoding, such as 2.2; the sRGB curve when not given",
            ),
            Option(
                "maximum",
                "number",
                None,
                "gray value of full light; 255, 65535 or 1 by the depth",
                "gray value",
            ),
            Option("merge", "flag", False, "encode red=, green= and blue= into one colour picture"),
            Option("red", "image", None, "linear red channel, with merge"),
            Option("green", "image", None, "linear green channel, with merge"),
            Option("blue", "image", None, "linear blue channel, with merge"),
            Option("bits", "choice", "8", "depth of the merged picture", "", ("8", "16")),
            _STACK,
        ),
        color=True,
        example="gamma=2.2",
    ),
    Command(
        "Edge g...",
        "g",
        operations.edge_g,
        "Edge transform g = (v - v1) / (2 (v2 - v1)): 0 at level v1, 1/4 on the edge, 1/2 at level v2.",
        (_V1, _V2, _STACK),
        example="v1=30 v2=100",
    ),
    Command(
        "Edge f...",
        "f",
        operations.edge_f,
        "Logit f = log(1/(2g) - 1) of a g image, or of a gray image with v1= and v2=; NaN outside 0 < g < 1/2.",
        (_V1, _V2, _STACK),
        example="v1=30 v2=100",
    ),
    Command(
        "Fit Edge Plane",
        "plane",
        operations.edge_plane,
        "Least-squares plane f = a + b x + c y of an f image in whole-image pixels, with p and angle.",
        output="numbers",
    ),
    Command(
        "Edge Distance Map",
        "distance",
        operations.edge_distance,
        "Signed distance to the edge, d = (a + b x + c y) / p; a, b, c of the last plane fitted when not given.",
        (
            Option("a", "number", None, "constant of the plane"),
            Option("b", "number", None, "slope along x", "px^-1"),
            Option("c", "number", None, "slope along y", "px^-1"),
        ),
        example="a=-30 b=1 c=0.1",
    ),
    Command(
        "Fit Edge Profile...",
        "profile",
        operations.edge_profile,
        "Odd polynomial f(d) = p1 d + p3 d^3 + ... of an f image over its distance map.",
        (
            Option("distance", "image", None, "distance map; by default that of the last plane fitted"),
            Option("degree", "integer", 5, "odd degree of the polynomial", "", (), 1),
            _PLOT,
        ),
        output="numbers",
        derived_as="distance",
        example="degree=1",
    ),
    Command(
        "PSF from Profile...",
        "psf profile",
        operations.psf_from_profile,
        "P(r) of f(d) = p1 d + p3 d^3 + ... by the regular integral, written as a kernel image of sum 1.",
        (*_COEFFICIENTS, _SIZE, _PLOT),
        image="optional",
        output="both",
        example="p1=1.2 p3=0.01",
    ),
    Command(
        "PSF from Edge...",
        "psf edge",
        operations.psf_from_edge,
        "Full intensity fit of the edge in the region: levels, line and shape together; kernel image and numbers.",
        (
            Option(
                "model",
                "text",
                "auto",
                "auto, gaussian, logistic, logistic3, logistic5, disk, moffat, airy or free",
            ),
            Option(
                "pixel",
                "choice",
                "sampled",
                "optical takes the pixel box off the PSF",
                "",
                ("sampled", "optical"),
            ),
            _V1,
            _V2,
            _SIZE,
            _PLOT,
            Option(
                "overlay",
                "flag",
                False,
                "every area of the image's overlay instead, a row each and no kernel image",
            ),
        ),
        output="both",
        example="model=logistic",
        report="picture of the fit: region, residuals, E, P, MTF",
    ),
    Command(
        "Deconvolve...",
        "deconvolve",
        operations.deconvolve,
        "Restores the picture with a kernel image.",
        (
            Option("psf", "image", None, "kernel image: title of an open image, else a path", required=True),
            Option(
                "method",
                "choice",
                "richardson_lucy",
                "method; with a plugin engine or compat also the plugin's own, such as [RL 10]",
                "",
                tuple(METHODS),
                free=True,
            ),
            Option(
                "iterations",
                "integer",
                None,
                "iterations of an iterative method, 20 when not given; with stop=auto the most that is tried, then 300",
                "",
                (),
                1,
            ),
            Option(
                "engine", "choice", "native", "the native engine or an ImageJ plugin", "", engines.names()
            ),
            Option("boundary", "choice", "extended", "what lies beyond the picture", "", BOUNDARIES),
            Option(
                "regularization",
                "number",
                None,
                "for wiener, tikhonov, inverse, hybr, wpl, fista; chosen from the data when not given",
                "",
                (),
                0,
            ),
            Option(
                "accelerate",
                "flag",
                False,
                "for richardson_lucy: the same in a quarter of the iterations or less",
            ),
            Option(
                "tv",
                "number",
                None,
                "for richardson_lucy: weight of the total variation, such as 0.005",
                "",
                (),
                0,
            ),
            _STOP,
            Option("background", "number", None, "level that is not blurred signal", "gray value"),
            Option("saturation", "number", None, "level from which on pixels are left out", "gray value"),
            Option("mask", "image", None, "image that is not zero where a pixel is to be left out"),
            Option("penalty", "text", None, "for fista: tv or wavelet"),
            Option("compat", "choice", None, "the native engine with a plugin's numbers", "", PROGRAMS),
            Option("memory", "text", None, "for a plugin engine: Java's largest heap, such as 2G"),
            Option(
                "timeout", "number", None, "for a plugin engine: time it may take, 3600 when not given", "s"
            ),
            Option("amount", "number", None, "for unsharp_mask: 1 when not given", "", (), 0),
            Option("radius", "number", None, "for unsharp_mask: Gaussian instead of the PSF", "px", (), 0),
            _STACK,
        ),
        region=False,
        example="psf=PSF method=richardson_lucy iterations=20",
    ),
    Command(
        "Compare Sharpening...",
        "compare",
        compare.compare,
        "The best unsharp mask, its radius and amount searched, beside deconvolution; figures of the region.",
        (
            Option("psf", "image", None, "kernel image: title of an open image, else a path", required=True),
            Option("method", "choice", "richardson_lucy", "method of the deconvolution", "", tuple(METHODS)),
            Option("iterations", "integer", None, "of an iterative method; 20 when not given", "", (), 1),
            Option(
                "regularization",
                "number",
                None,
                "of the method; chosen from the data when not given",
                "",
                (),
                0,
            ),
            _STOP,
            Option("truth", "image", None, "sharp picture of the same scene, where there is one"),
            Option("plot", "flag", False, "show a profile through the three pictures too"),
        ),
        output="both",
        example="psf=PSF method=wiener",
        makes="a stack of three slices (blurred, unsharp mask, deconvolved) in one display range, and a row of the "
        "Results table for each",
        report="the pictures side by side with a detail, a profile and the table",
    ),
)

BY_NAME = {command.name: command for command in COMMANDS}
BY_CLI = {command.cli: command for command in COMMANDS}
