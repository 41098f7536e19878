"""A measurement in every area of the overlay of an image open in ImageJ."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..measure.regions import columns_of, fit_regions, none_fitted
from ..pictures.picture import Picture
from ..pictures.result import Result


def fit_overlay(picture: Picture, **options: Any) -> Result:
    """Measure in all areas of the overlay of an image open in ImageJ, a row for each.

    Parameters
    ----------
    picture : Picture
    **options
        The kind of measurement and its options, as in `fit_regions`.

    Raises
    ------
    InputError
        If the picture is not open in ImageJ, or its overlay holds no area.
    """
    if picture.areas is None:
        raise InputError(
            "overlay is for an image open in ImageJ; read_rois and fit_regions do the same elsewhere"
        )
    regions = picture.areas()
    if not regions:
        raise InputError(
            f'the overlay of "{picture.title}" holds no area: add one around each edge '
            "(Image > Overlay > Add Selection...)"
        )
    rows = fit_regions(picture, regions, **options)
    # A cell that is not set would read 0 in ImageJ.
    texts = {name for row in rows for name, value in row.items() if isinstance(value, str)}
    empty = {name: "" if name in texts else float("nan") for name in columns_of(rows)}
    refused = [row for row in rows if row["status"] != "ok"]
    result = Result(
        rows=[empty | row for row in rows], summary={"regions": len(rows), "refused": len(refused)}
    )
    if len(refused) == len(rows):
        result.refusal = none_fitted(rows)
    else:
        result.warnings += [f"{row['name']} was refused: {row['reason']}" for row in refused]
    return result
