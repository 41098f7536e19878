"""Sets of regions as people bring them: tables of other programs, sets made to fill the memory, many polygons."""

from __future__ import annotations

import tracemalloc
import zipfile

import numpy as np
import pytest
from roifile import ROI_TYPE, ImagejRoi

import edgepsf as ep
from edgepsf.errors import InputError
from edgepsf.measure.regions import fit_regions
from edgepsf.pictures.picture import Calibration
from edgepsf.pictures.region import Area, take_region
from edgepsf.pictures.rois import read_rois, read_selections
from edgepsf.testing import edge_image

BOXES = [("a", (1, 2, 30, 40)), ("b", (5, 6, 7, 8))]


@pytest.mark.parametrize(
    "text",
    [
        "name;x;y;width;height\na;1;2;30;40\nb;5;6;7;8\n",
        "name\tx\ty\twidth\theight\na\t1\t2\t30\t40\nb\t5\t6\t7\t8\n",
        "sep=;\nname;x;y;width;height\na;1,0;2;30;40\nb;5;6;7;8\n",
        '"name","x","y","width","height"\n"a","1","2","30.000","40"\n"b","5","6","7","8"\n',
        " ,Label,Area,BX,BY,Width,Height\n1,a,1200,1,2,30,40\n2,b,56,5,6,7,8\n",
        "\ufeffLabel\tBX\tBY\tWidth\tHeight\na\t1\t2\t30\t40\nb\t5\t6\t7\t8\n",
    ],
)
def test_tables_of_every_kind_are_read(tmp_path, text):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert read_rois(tmp_path / "t.csv") == BOXES


def test_tables_of_imagej_are_in_the_unit_of_the_image(tmp_path):
    (tmp_path / "t.csv").write_text("Label,BX,BY,Width,Height\na,0.065,0.26,1.95,5.2\n")
    scale = Calibration(0.065, 0.13, "µm")
    found = read_selections(tmp_path / "t.csv", (99, 99), scale)
    assert [(each.name, each.roi) for each in found] == [("a", (1, 2, 30, 40))]
    with pytest.raises(InputError, match="whole number of pixels in µm"):
        read_selections(tmp_path / "t.csv", (99, 99), Calibration(0.17, 0.17, "µm"))
    with pytest.raises(InputError, match="whole number, not"):
        read_selections(tmp_path / "t.csv", (99, 99))


def test_a_zip_made_to_fill_the_memory_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"{number}.roi", bytes(2**24))
    assert (tmp_path / "z.zip").stat().st_size < 2e5
    tracemalloc.start()
    with pytest.raises(InputError, match="more than"):
        read_rois(tmp_path / "z.zip", (40, 50))
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()


def test_areas_that_cover_too_much_together_are_refused(tmp_path):
    whole = ImagejRoi(roitype=ROI_TYPE.OVAL, left=0, top=0, right=9000, bottom=9000).tobytes()
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.roi", whole)
    with pytest.raises(InputError, match="split the set"):
        read_rois(tmp_path / "z.zip", (9000, 9000))


def test_many_polygons_on_a_large_picture_take_little_memory(tmp_path):
    image = np.zeros((4000, 4000), np.float32)
    small = edge_image(ep.psf.Gaussian(1.5), shape=(48, 48), noise=0.01, seed=1, v1=10, v2=200)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(100):
            y, x = 390 * (number // 10) + 20, 390 * (number % 10) + 20
            image[y : y + 48, x : x + 48] = small
            corners = [[x + 1, y + 3], [x + 45, y + 1], [x + 47, y + 44], [x + 3, y + 46]]
            archive.writestr(f"{number}.roi", ImagejRoi.frompoints(np.array(corners)).tobytes())
    tracemalloc.start()
    found = read_selections(tmp_path / "z.zip", image.shape)
    rows = fit_regions(image, [(each.name, each.region) for each in found[:3]], model="gaussian")
    for each in found:
        take_region(image, each.region)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 100
    assert [row["status"] for row in rows] == ["ok"] * 3
    assert rows[0]["fwhm"] == pytest.approx(3.532, rel=0.05)
    assert peak < image.nbytes / 2
    # The same rows as from masks of the whole image.
    whole = fit_regions(image, read_rois(tmp_path / "z.zip", image.shape)[:3], model="gaussian")
    assert [row["fwhm"] for row in whole] == [row["fwhm"] for row in rows]


def test_an_area_is_its_mask():
    mask = np.zeros((20, 30), bool)
    mask[4:9, 11:13] = True
    mask[6, 12] = False
    area = Area.of(mask)
    assert area.box == (11, 4, 2, 5)
    np.testing.assert_array_equal(area.whole(), mask)
    image = np.arange(600.0).reshape(20, 30)
    one, other = take_region(image, area), take_region(image, mask)
    assert one.origin == other.origin == (11, 4)
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.mask, other.mask)
    with pytest.raises(InputError, match="the mask has shape"):
        take_region(image[:10], area)
