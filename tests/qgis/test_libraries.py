"""Libraries by the list: what is lacking, wheels that fit, a bundle unpacked whole or not at all."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest

from citygrid_plugin.libraries import (
    BadBundle,
    Library,
    canonical,
    fits,
    install_bundle,
    lacking,
    library_list,
    number,
    pip_arguments,
)
from citygrid_plugin.requirements import NEEDED, Requirement, to_install

ROOT = Path(__file__).resolve().parents[2]
ONE, TWO = Library("one", "1.2", "1.0"), Library("two-parts", "3.0", "0")
OWN = f"cp3{sys.version_info[1]}"


def wheel(folder: Path, name: str, tags: str = "py3-none-any", **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{tags}.whl"
    stem = name.split("-")[0]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{stem}/__init__.py", files.get("init", f"version = {name!r}\n"))
        archive.writestr(f"{name}.dist-info/METADATA", f"Name: {stem}\n")
        archive.writestr(f"{name}.data/platlib/{stem}_extra.py", "")
        archive.writestr(f"{name}.data/scripts/{stem}", "#!python")
        archive.writestr("../outside.py", "never")
    return path


def test_the_list_has_everything_but_pyproj() -> None:
    listed = {one.name: one for one in library_list()}
    assert set(map(canonical, NEEDED)) - set(listed) == {"pyproj"}
    assert {"cssselect2", "tinyhtml5", "markupsafe", "fonttools"} <= set(listed)
    for name, minimum in NEEDED.items():
        if name != "pyproj":
            assert number(listed[canonical(name)].version) >= number(minimum)
    pins = (ROOT / "requirements" / "qgis.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", pins, re.MULTILINE):
        if canonical(name) in listed:
            assert listed[canonical(name)].version == version


def test_what_is_absent_or_too_old_is_lacking() -> None:
    listed = [ONE, TWO, Library("pyproj", "3.7", "3.4")]
    assert lacking({}, listed) == [ONE, TWO]
    assert lacking({"one": "0.9", "two-parts": "0.1"}, listed) == [ONE]
    assert lacking({"one": "1.0.1", "two-parts": "9"}, listed) == []


def test_what_needs_something_in_turn_brings_it() -> None:
    have = {one.name: one.version for one in library_list()}
    del have["weasyprint"], have["pydyf"]
    wanted = [one.name for one in to_install([Requirement("weasyprint", "60")], have)]
    assert wanted == ["pydyf", "weasyprint"]
    words = pip_arguments([ONE], Path("/p"))
    assert words[-1] == "one==1.2"
    assert "--no-deps" in words


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        (f"a-1-{OWN}-{OWN}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("a-1-cp39-abi3-manylinux_2_28_x86_64.whl", True),
        ("a-1-cp399-abi3-manylinux_2_28_x86_64.whl", False),
        (f"a-1-{OWN}-{OWN}-win_amd64.whl", False),
        (f"a-1-{OWN}-{OWN}-manylinux_2_28_aarch64.whl", False),
        ("a-1-cp27-cp27m-manylinux1_x86_64.whl", False),
        ("a.whl", False),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="names of wheels for Linux")
def test_wheels_that_fit(name: str, good: bool) -> None:
    assert fits(name) is good


@pytest.mark.parametrize("zipped", [False, True])
def test_a_bundle_is_unpacked_over_what_was_there(tmp_path: Path, zipped: bool) -> None:
    folder, bundle = tmp_path / "libs", tmp_path / "wheels"
    wheel(bundle, "one-1.0")
    install_bundle(bundle, [Library("one", "1.0", "0")], folder)
    wheel(bundle, "one-1.2")
    wheel(bundle, "two_parts-3.0")
    wheel(bundle, "pyproj-3.7.0")
    if zipped:
        packed = tmp_path / "bundle.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for file in bundle.glob("*.whl"):
                archive.write(file, f"wheels/{file.name}")
        bundle = packed
    assert install_bundle(bundle, [ONE, TWO], folder) == [ONE, TWO]
    assert sorted(p.name for p in folder.iterdir()) == [
        "one", "one-1.2.dist-info", "one_extra.py", "two_parts", "two_parts-3.0.dist-info",
        "two_parts_extra.py",
    ]  # fmt: skip
    assert "1.2" in (folder / "one" / "__init__.py").read_text()
    assert not list(tmp_path.rglob("outside.py"))


def test_a_bundle_that_lacks_one_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "libs"
    wheel(tmp_path / "wheels", "one-1.2")
    wheel(tmp_path / "wheels", "two_parts-3.0", "cp27-cp27m-manylinux1_x86_64")
    with pytest.raises(BadBundle) as error:
        install_bundle(tmp_path / "wheels", [ONE, TWO], folder)
    assert error.value.missing == ["two-parts==3.0"]
    assert list(folder.iterdir()) == []
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip")
    with pytest.raises(BadBundle):
        install_bundle(bad, [ONE], folder)
    assert list(folder.iterdir()) == []


def test_pyproj_is_never_unpacked(tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "pyproj-3.7.0")
    with pytest.raises(BadBundle):
        install_bundle(tmp_path / "wheels", [Library("pyproj", "3.7.0", "3.4")], tmp_path / "libs")
