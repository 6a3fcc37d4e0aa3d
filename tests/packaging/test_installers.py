"""pip and uv, editable and wheel: each gives a working command, without fetching anything."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = """
import importlib.metadata as m, geneticgan, geneticgan_cli, geneticgan_plugins
points = [p for p in m.distribution("geneticgan").entry_points if p.group.startswith("geneticgan.")]
assert len(points) > 50, points
for module in {p.value.partition(":")[0].split(".")[0] for p in points}:
    assert module in ("geneticgan", "geneticgan_plugins"), module
print(geneticgan.__file__)
"""


def installer(name, home):
    """Return the words that install without dependencies, network or a build environment."""
    if name == "pip":
        words = [sys.executable, "-m", "pip", "--python", str(home), "install", "-q"]
        return [*words, "--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed"]
    uv = pytest.importorskip("uv", reason="it comes with the extra named test").find_uv_bin()
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    words = [uv, "pip", "install", "-q", "--python", str(python), "--offline", "--no-cache"]
    return [*words, "--no-deps", "--no-index", "--no-build-isolation", "--reinstall"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = target.glob("*.whl")
    return path


@pytest.mark.parametrize("how", ["editable", "wheel"])
@pytest.mark.parametrize("name", ["pip", "uv"])
def test_it_is_installed_and_starts_without_a_word_on_stderr(name, how, wheel, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    command = [
        str(scripts / "python"),
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]
    site = Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
    # Torch and all else are taken from this environment, but not its own install of the package:
    # hooks of an editable one are run only in a folder of site-packages itself.
    (site / "dependencies.pth").write_text(
        "\n".join(p for p in sys.path if p.endswith("-packages"))
    )
    what = ["-e", str(ROOT)] if how == "editable" else [str(wheel)]
    done = subprocess.run(
        [*installer(name, home), *what], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    for command in (
        [str(scripts / "geneticgan"), "--version"],
        [str(scripts / "python"), "-W", "error", "-c", CHECK],
    ):
        result = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env=environment
        )
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
    source = Path(result.stdout.strip())
    assert source.is_relative_to(ROOT if how == "editable" else home)


def test_uv_needs_no_package_that_it_does_not_install():
    """An editable install that needs `editables` breaks every start of Python under uv."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "dev-mode-exact" not in text
    assert "uv.lock" in (ROOT / ".gitignore").read_text().splitlines()
