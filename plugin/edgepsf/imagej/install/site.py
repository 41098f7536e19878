"""The macros as a Fiji update site: a folder or zip for any web server, which Fiji's own updater installs from.

The layout is that of net.imagej.updater: `db.xml.gz` lists each file with its time stamp and its SHA-1 over path
and content; beside it lies each version of each file as PATH-TIMESTAMP.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InputError
from ..launch.folders import SCRIPTS, TOOLSETS
from .folder import macro_files

INDEX = "db.xml.gz"
_DESCRIPTION = "Point spread functions read from edges: macro commands under Plugins > Edge PSF."


@dataclass
class Site:
    """The files of an update site.

    Attributes
    ----------
    files : dict
        Content by path.
    new, obsolete : list of str
        Paths, as they will be in Fiji, whose content is new in this version, or that are no longer in it.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    obsolete: list[str] = field(default_factory=list)


def write_site(path: str | Path, overwrite: bool = False) -> Site:
    """Write an update site, or a new version into the one that is there.

    Parameters
    ----------
    path : str or Path
        A folder, or a file that ends in .zip. The older versions of a site that is there stay listed, so that Fiji
        recognises their installation as an unchanged one.
    overwrite : bool
        Whether it may write into a site that is there.

    Returns
    -------
    Site

    Raises
    ------
    InputError
        If there is something at this path and `overwrite` is not given, or it is no update site.
    """
    path = Path(path)
    before: dict[str, bytes] = {}
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        if not overwrite:
            raise InputError(
                f'"{path}" is there already; --overwrite adds a new version to the update site in it'
            )
        before = _read(path)
    site = make_site(before)
    if path.suffix.lower() == ".zip":
        _write_zip(path, site.files)
    else:
        _write_folder(path, {name: data for name, data in site.files.items() if before.get(name) != data})
    return site


def make_site(before: dict[str, bytes] | None = None, timestamp: int | None = None) -> Site:
    """The files of a site with the macros of this version.

    Parameters
    ----------
    before : dict, optional
        The files of the site so far, to be continued.
    timestamp : int, optional
        Time of this version, as YYYYMMDDhhmmss; default now, or the environment variable SOURCE_DATE_EPOCH.

    Raises
    ------
    InputError
        If the index of the site so far cannot be read.
    """
    site = Site(dict(before or {}))
    listed = _entries(site.files)
    stamp = timestamp or _now()
    root = ET.Element("pluginRecords")
    current = _fiji_files()
    for name in sorted({*current, *listed}):
        root.append(_entry(name, current.get(name), listed.get(name), stamp, site))
    site.files[INDEX] = _packed(root)
    return site


def checksum(name: str, data: bytes) -> str:
    """The checksum of Fiji's updater: SHA-1 over the path and the content."""
    return hashlib.sha1(name.encode("ascii") + data).hexdigest()


def _fiji_files() -> dict[str, bytes]:
    places = {"toolsets": TOOLSETS, "scripts": SCRIPTS}
    return {f"{places[n.split('/')[0]]}/{n.split('/')[-1]}": data for n, data in macro_files().items()}


def _now() -> int:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return int(time.strftime("%Y%m%d%H%M%S", time.gmtime(float(epoch) if epoch else None)))


def _entry(name: str, data: bytes | None, old: ET.Element | None, stamp: int, site: Site) -> ET.Element:
    """The record of one file: its version, if it is still there, and the versions before."""
    plugin = ET.Element("plugin", filename=name)
    version = old.find("version") if old is not None else None
    past = list(old.iterfind("previous-version")) if old is not None else []
    if data is not None and version is not None and version.get("checksum") == checksum(name, data):
        plugin.append(version)
    else:
        if version is not None:
            keys = {key: version.get(key, "") for key in ("timestamp", "checksum")}
            past.append(ET.Element("previous-version", keys | {"timestamp-obsolete": str(stamp)}))
        if data is not None:
            keys = {"timestamp": str(stamp), "checksum": checksum(name, data), "filesize": str(len(data))}
            ET.SubElement(ET.SubElement(plugin, "version", keys), "description").text = _DESCRIPTION
            site.files[f"{name}-{stamp}"] = data
            site.new.append(name)
        elif version is not None:
            site.obsolete.append(name)
    plugin.extend(past)
    return plugin


def _entries(files: dict[str, bytes]) -> dict[str, ET.Element]:
    """The records of an index by the path of their file."""
    if INDEX not in files:
        return {}
    try:
        root = ET.fromstring(gzip.decompress(files[INDEX]))
        return {plugin.attrib["filename"]: plugin for plugin in root.iterfind("plugin")}
    except (OSError, EOFError, ET.ParseError, KeyError) as error:
        raise InputError(f"the {INDEX} that is there is no index of an update site ({error})") from error


def _packed(root: ET.Element) -> bytes:
    """The index, compressed."""
    ET.indent(root, " ")
    return gzip.compress(ET.tostring(root, encoding="UTF-8", xml_declaration=True), mtime=0)


def _read(path: Path) -> dict[str, bytes]:
    """The files of the site at a path."""
    if path.is_dir():
        found = {f.relative_to(path).as_posix(): f.read_bytes() for f in path.rglob("*") if f.is_file()}
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    else:
        found = {}
    if INDEX not in found:
        raise InputError(f'"{path}" is no update site: there is no {INDEX} in it')
    return found


def _write_folder(path: Path, files: dict[str, bytes]) -> None:
    """Write the index last: until then the old site is valid."""
    for name in sorted(files, key=lambda name: (name == INDEX, name)):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(files[name])
        os.replace(part, target)


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name])
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
