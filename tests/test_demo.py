"""The demo where ImageJ cannot be fetched: everything else is done, and the sentence says what is missing."""

from __future__ import annotations

import pytest
from PIL import Image

from children import child

pytest.importorskip("skimage", reason='needs pip install "edgepsf[demo]"')
pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')


def test_without_certificates_for_the_first_download(tmp_path):
    (tmp_path / "home").mkdir()
    empty = tmp_path / "empty.pem"
    empty.touch()
    certificates = {
        "REQUESTS_CA_BUNDLE": str(empty),
        "SSL_CERT_FILE": str(empty),
        "CURL_CA_BUNDLE": str(empty),
    }
    folder = tmp_path / "demo"
    done = child(
        "-m",
        "edgepsf",
        "demo",
        "-o",
        str(folder),
        HOME=str(tmp_path / "home"),
        EDGEPSF_FIJI=None,
        **certificates,
    )
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "complete but for the comparison with ImageJ" in done.stderr
    assert "--no-imagej" in done.stderr
    assert "left out, ImageJ did not start" in done.stdout
    assert f"written to {folder}/" in done.stdout
    with Image.open(folder / "overview.png") as picture:
        assert min(picture.size) > 800
    assert {"psf.tif", "restored.tif", "chain.ijm", "flag_restored_blue.tif"} <= {
        p.name for p in folder.iterdir()
    }
