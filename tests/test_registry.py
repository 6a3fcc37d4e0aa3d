import os
import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from geneticgan import registry
from geneticgan.annealing.schedule import Schedule
from geneticgan.errors import PluginError
from geneticgan.registry import Broken, Loaded, PluginGroup
from geneticgan.specs import Spec, parse_specs
from geneticgan_cli.main import cli


class Good(Schedule):
    """A good one.

    With more text.
    """

    def __init__(self, T: float = 2.0, period: int = 3, up: bool = False, mood: str = "calm"):
        if T < 0:
            raise ValueError("T must be >= 0")
        self.options = (T, period, up, mood)

    def temperature(self, generation):
        return 0.0


class Unfinished(Schedule):
    pass


class Old(Schedule):
    def temperature(self):
        return 0.0


HERE = __name__


def entry(name, target, package="aplugin", version="1.2"):
    point = EntryPoint(name, f"{HERE}:{target}" if ":" not in target else target, "test.schedules")
    return point._for(SimpleNamespace(name=package, version=version))


@pytest.fixture
def installed(monkeypatch):
    """Pretend that given entry points are installed; this very module holds the plugins."""

    monkeypatch.setitem(sys.modules, HERE, SimpleNamespace(**globals()))

    def install(*points):
        registry._read.cache_clear()
        monkeypatch.setattr(
            registry, "entry_points", lambda group: [p for p in points if p.group == group]
        )
        return PluginGroup("test.schedules", Schedule, "schedule")

    yield install
    registry._read.cache_clear()


def test_a_healthy_plugin_is_found_loaded_and_made(installed):
    group = installed(entry("good", "Good"))
    assert group.find()[0].origin == "aplugin 1.2"
    assert group.get("good").summary == "A good one."
    made = group.create(Spec("good", {"T": "1e3", "period": "7", "up": "yes", "mood": "hot"}))
    assert made.options == (1000.0, 7, True, "hot")


def test_a_plugin_of_an_old_contract_is_told_so(installed):
    with pytest.raises(PluginError, match=r"'old' of aplugin 1.2 was written for another version "):
        installed(entry("old", "Old")).get("old")


def test_an_error_in_a_plugin_names_its_package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "bad_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[geneticgan.schedules]\nbad = bad_plugin:Bad\n")
    (tmp_path / "bad_plugin.py").write_text(
        "from geneticgan.annealing.schedule import Schedule\n\n\nclass Bad(Schedule):\n"
        "    def temperature(self, generation):\n        return 0.0\n\n"
        "    def learn(self, generation, accepted):\n        return [][generation]\n"
    )
    result = CliRunner().invoke(
        cli, ["train", "--schedule=bad", "--steps=1", "--width=2", "--out", str(tmp_path / "run")]
    )
    assert result.exit_code == 1
    said = "Error: a plugin of bad-plugin (bad) failed (IndexError: list index out of range); check"
    assert said in result.output


def test_a_decimal_comma_is_told(installed):
    with pytest.raises(PluginError, match="write numbers with a decimal point, as in 0"):
        installed(entry("good", "Good")).make("good:T=0,5")


def test_defaults_give_way_to_the_specs_options(installed):
    group = installed(entry("good", "Good"))
    assert group.create(Spec("good", {"T": "5"}), T=1.0, period=9).options[:2] == (5.0, 9)


def test_metadata_are_read_anew_once_a_package_was_installed(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for count in (1, 2):
        folder = tmp_path / f"new{count}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: new{count}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[test.new]\nname{count} = nowhere:Thing\n")
        os.utime(tmp_path, ns=(count, count))
        found = registry.find_plugins("test.new")
        assert [one.name for one in found] == ["name1", "name2"][:count]
    reads = registry._read.cache_info().misses
    assert registry.find_plugins("test.new") == found
    assert registry._read.cache_info().misses == reads


def test_finding_imports_nothing(installed):
    group = installed(entry("bad", "no.such.module:Thing"))
    assert [plugin.name for plugin in group.find()] == ["bad"]


@pytest.mark.parametrize(
    ("points", "name", "message"),
    [
        (
            [entry("good", "Good")],
            "god",
            r"'god'; did you mean 'good'. installed: good",
        ),
        ([], "good", "installed: none"),
        ([entry("x", "no.such.module:Thing")], "x", r"'x' of aplugin 1.2 cannot be imported .*no"),
        ([entry("x", "NotThere")], "x", r"cannot be imported \(AttributeError"),
        ([entry("x", "PluginError")], "x", "is not a subclass of geneticgan.annealing.schedule"),
        ([entry("x", "pytest")], "x", "is not a subclass"),
        ([entry("x", "Unfinished")], "x", "does not define: temperature"),
        (
            [entry("x", "Good"), entry("x", "Good", package="other")],
            "x",
            "provided by aplugin 1.2 and other 1.2; uninstall all but one",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_cause(installed, points, name, message):
    with pytest.raises(PluginError, match=message):
        installed(*points).get(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": "1"}, "has no option 'speed'; it has: T, period, up, mood"),
        ({"T": "warm"}, "option T takes float, got 'warm'"),
        ({"period": "1.5"}, "option period takes int"),
        ({"up": "perhaps"}, "option up takes bool"),
        ({"T": "-1"}, r"'good:T=-1': T must be >= 0"),
    ],
)
def test_options_are_checked_against_the_signature(installed, options, message):
    with pytest.raises(PluginError, match=message):
        installed(entry("good", "Good")).create(Spec("good", options))


def test_a_broken_plugin_nobody_asked_for_harms_no_one(installed):
    group = installed(entry("good", "Good"), entry("bad", "no.such.module:Thing"))
    broken, healthy = group.load_all()
    assert isinstance(broken, Broken)
    assert "no.such" in broken.cause or "No module" in broken.cause
    assert isinstance(healthy, Loaded)
    assert group.create(Spec("good", {})).options == (2.0, 3, False, "calm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nonsat", [("nonsat", {})]),
        ("a, b", [("a", {}), ("b", {})]),
        ("a:x=1,y=2,b", [("a", {"x": "1", "y": "2"}), ("b", {})]),
        ("a:x=1,b:x=2", [("a", {"x": "1"}), ("b", {"x": "2"})]),
        ("a:url=http://x", [("a", {"url": "http://x"})]),
    ],
)
def test_specs_are_read(text, expected):
    assert [(spec.name, dict(spec.options)) for spec in parse_specs(text)] == expected


@pytest.mark.parametrize("text", ["", "a,,b", "x=1", "a:", "a:x", ":x=1", "a:=1"])
def test_specs_that_make_no_sense_are_refused(text):
    with pytest.raises(PluginError, match="cannot read"):
        parse_specs(text)


def test_a_spec_prints_as_it_was_typed():
    assert [str(spec) for spec in parse_specs("nonsat,lsgan:b=0.9")] == ["nonsat", "lsgan:b=0.9"]


def test_text_makes_one_plugin_and_leaves_out_what_is_none(installed):
    group = installed(entry("good", "Good"))
    assert group.make("good:T=3", T=9.0, period=5, up=None).options == (3.0, 5, False, "calm")
    with pytest.raises(PluginError, match=r"several plugins \(good, good\); name one schedule"):
        group.make("good,good:T=1")
