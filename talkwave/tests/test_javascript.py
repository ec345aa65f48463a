"""The tests of the JavaScript, by Node's own runner; and the rules of its rings, read from the imports."""

import re
import shutil
import subprocess
from pathlib import Path

import playwright
import pytest
from django.core.files.storage import FileSystemStorage

from talkwave.web.storage import LeanStorage

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "static" / "js"
TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))
LINES_MOST = 300
# Which rings a file may import from; within its own ring too.
RINGS = {"lib": set(), "realtime": {"lib"}, "chat": {"lib", "realtime"}, "ui": {"lib", "realtime"}}
IMPORT = re.compile(r"""^(?:import|export)\s[^;]*?from\s+["'](\.[^"']+)["'];?|^import\s+["'](\.[^"']+)["']""", re.M)


def node() -> str:
    """Node as it is installed, else the one that Playwright brings."""
    return shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_scripts_pass_their_own_tests(path: Path) -> None:
    ran = subprocess.run(
        [node(), "--test", str(path)], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_scripts_pass_them_as_browsers_get_them_too(tmp_path: Path) -> None:
    """What takes comments and spaces out must not change what they do: of a template in a template it once did."""
    sources = LeanStorage(FileSystemStorage(ROOT / "static"))
    for path in scripts():
        lean = tmp_path / "static" / path.relative_to(ROOT / "static")
        lean.parent.mkdir(parents=True, exist_ok=True)
        lean.write_bytes(sources.open(str(path.relative_to(ROOT / "static"))).read())
    tests = shutil.copytree(TESTS[0].parent, tmp_path / TESTS[0].parent.relative_to(ROOT))
    names = [str(tests / path.name) for path in TESTS]
    ran = subprocess.run([node(), "--test", *names], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def scripts() -> list[Path]:
    return sorted(SCRIPTS.rglob("*.js"))


def imports(path: Path) -> list[Path]:
    found = [first or second for first, second in IMPORT.findall(path.read_text(encoding="utf-8"))]
    return [(path.parent / name).resolve() for name in found]


@pytest.mark.parametrize("path", scripts(), ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_a_script_imports_only_what_lies_further_in(path: Path) -> None:
    ring = path.relative_to(SCRIPTS).parts[0]
    for target in imports(path):
        assert target.is_file(), f"{target} is not there"
        theirs = target.relative_to(SCRIPTS).parts[0]
        if ring in RINGS and theirs != ring:
            assert theirs in RINGS[ring], f"{path.name} imports {theirs}/{target.name}"


@pytest.mark.parametrize("path", scripts(), ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_modules_of_the_page_never_import_each_other(path: Path) -> None:
    """A part of the page (a default class) is reached by events; what it is made of may be imported by it."""
    for target in imports(path):
        if target.relative_to(SCRIPTS).parts[0] in ("chat", "ui"):
            assert "export default class" not in target.read_text(encoding="utf-8"), f"{path.name}: {target.name}"


@pytest.mark.parametrize("path", scripts(), ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_a_script_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MOST


def test_html_enters_the_page_in_one_place() -> None:
    """What came over the wire becomes markup in lib/dom.js alone, where it says why it may."""
    for path in scripts():
        text = path.read_text(encoding="utf-8")
        allowed = 1 if path == SCRIPTS / "lib" / "dom.js" else 0
        assert len(re.findall(r"\.(?:inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write", text)) == allowed, (
            path
        )


@pytest.mark.parametrize("path", scripts(), ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_a_script_says_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("/**")
