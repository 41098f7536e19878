"""Linear light and back, in Python and on the command line."""

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.commands.linear import decode, encode
from edgepsf.pictures.files import read_picture
from edgepsf.pictures.light import linear_to_srgb, srgb_slope, srgb_to_linear
from edgepsf.testing import edge_image


def test_the_curve_at_known_values():
    # IEC 61966-2-1: 0.5 encodes 0.21404; the straight part ends at 0.04045
    np.testing.assert_allclose(
        srgb_to_linear([0, 0.04045, 0.5, 1]), [0, 0.04045 / 12.92, 0.21404114, 1], rtol=1e-6
    )
    x = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(srgb_to_linear(linear_to_srgb(x)), x, atol=1e-7)
    inner = np.array([0.001, 0.01, 0.2, 0.9])
    numeric = (linear_to_srgb(inner + 1e-7) - linear_to_srgb(inner - 1e-7)) / 2e-7
    np.testing.assert_allclose(srgb_slope(inner), numeric, rtol=1e-5)


@pytest.mark.parametrize("gamma", [None, 1.0, 1.8, 2.2])
@pytest.mark.parametrize(("dtype", "bits"), [(np.uint8, 8), (np.uint16, 16)])
def test_round_trip_of_every_count(gamma, dtype, bits):
    counts = np.arange(2**bits).astype(dtype)
    light = decode(counts, gamma, None).astype(np.float32)
    back = encode(light, gamma, bits)
    assert back.dtype == dtype
    assert np.abs(back.astype(int) - counts.astype(int)).max() <= (0 if bits == 8 or gamma is None else 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_command_line_there_and_back(tmp_path, dtype, capsys):
    rng = np.random.default_rng(0)
    color = rng.integers(0, np.iinfo(dtype).max, (20, 30, 3), endpoint=True).astype(dtype)
    tifffile.imwrite(tmp_path / "c.tif", color, photometric="rgb")
    assert main(["linear", str(tmp_path / "c.tif"), "-o", str(tmp_path / "l.tif")]) == 0
    channels = [str(tmp_path / f"l-{name}.tif") for name in ("red", "green", "blue")]
    light = np.stack([tifffile.imread(c) for c in channels], axis=-1)
    assert light.dtype == np.float32
    np.testing.assert_allclose(light, srgb_to_linear(color / np.iinfo(dtype).max), atol=1e-6)
    words = [
        "linear",
        channels[0],
        "--merge",
        "--bits",
        str(np.iinfo(dtype).bits),
        "-o",
        str(tmp_path / "b.tif"),
    ]
    words += [w for n, c in zip(("red", "green", "blue"), channels, strict=True) for w in (f"--{n}", c)]
    assert main(words) == 0
    back = read_picture(tmp_path / "b.tif", color=True).data
    assert back.dtype == dtype
    assert np.abs(back.astype(int) - color.astype(int)).max() <= 1


def test_gray_pictures_and_refusals(tmp_path, capsys):
    gray = np.arange(100, dtype=np.uint8).reshape(10, 10)
    tifffile.imwrite(tmp_path / "g.tif", gray)
    assert main(["linear", str(tmp_path / "g.tif"), "--gamma", "2", "-o", str(tmp_path / "l.tif")]) == 0
    np.testing.assert_allclose(tifffile.imread(tmp_path / "l.tif"), (gray / 255) ** 2, rtol=1e-6)
    assert main(["linear", str(tmp_path / "g.tif"), "--gamma", "-1", "-o", str(tmp_path / "n.tif")]) == 2
    assert "gamma must be positive" in capsys.readouterr().err
    assert main(["linear", str(tmp_path / "g.tif"), "--merge", "-o", str(tmp_path / "n.tif")]) == 2
    assert "red=, green=, blue= missing" in capsys.readouterr().err
    tifffile.imwrite(tmp_path / "m.tif", np.full((5, 5), -1, np.float32))
    assert main(["linear", str(tmp_path / "m.tif"), "-o", str(tmp_path / "n.tif")]) == 2
    assert "negative" in capsys.readouterr().err


def encoded_edge(seed, low, high, noise):
    light = edge_image(ep.psf.Logistic(1.2), v1=float(srgb_to_linear(low)), v2=float(srgb_to_linear(high)))
    return linear_to_srgb(light) + noise * np.random.default_rng(seed).standard_normal(light.shape)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["float", "uint8", "uint16"])
def test_an_encoded_edge_is_warned_of(seed, kind):
    image = encoded_edge(seed, 0.2, 0.8, 0.006)
    if kind != "float":
        image = np.round(image * np.iinfo(kind).max).astype(kind)
    assert any("gamma-encoded" in w for w in ep.fit_edge(image).warnings)


@pytest.mark.parametrize("seed", range(5))
def test_a_linear_edge_is_not(seed):
    image = edge_image(ep.psf.Logistic(1.2), v1=0.2, v2=0.8, noise=0.01, seed=seed)
    assert not ep.fit_edge(image).warnings
    assert not ep.fit_edge(np.round(image * 255).astype(np.uint8)).warnings
