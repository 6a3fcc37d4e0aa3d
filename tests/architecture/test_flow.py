"""The house's walls: who may import whom, read from the sources."""

import ast
from pathlib import Path

import pytest

import geneticgan
import geneticgan_cli
import geneticgan_plugins

BASE = {
    f"geneticgan{module}"
    for module in (
        *("", ".changes", ".config", ".devices", ".errors", ".files", ".foreign"),
        *(".launch", ".memory", ".options", ".recipes", ".registry", ".seeding", ".specs"),
    )
}
BESIDE = {"geneticgan.networks", "geneticgan.data", "geneticgan.evaluation"}
# Each room may import from the ones named, and from itself; nothing flows back.
ROOMS = {
    "geneticgan.annealing": set(),
    "geneticgan.networks": set(),
    "geneticgan.data": set(),
    "geneticgan.gan": {"geneticgan.annealing", "geneticgan.networks", "geneticgan.data"},
    "geneticgan.evaluation": {"geneticgan.networks", "geneticgan.data"},
    "geneticgan_plugins": {"geneticgan.annealing", "geneticgan.gan", "geneticgan.networks"},
}
ABOVE = BESIDE | {"geneticgan.annealing", "geneticgan.gan"}
for layer in (
    ("training",),
    ("methods",),
    ("protocols",),
    ("inference", "estimators", "benchmark"),
    ("report",),
    ("testing",),
    ("jobs",),
):
    names = {f"geneticgan.{name}" for name in layer}
    for name in names:
        ROOMS[name] = set(ABOVE)
    ABOVE |= names
ROOMS["geneticgan_cli"] = ABOVE


def modules():
    for package in (geneticgan, geneticgan_plugins, geneticgan_cli):
        root = Path(package.__file__).parent
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root.parent).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def room_of(module):
    top = module.split(".")[0]
    return top if top != "geneticgan" else ".".join(module.split(".")[:2])


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=lambda v: str(v))
def test_imports_flow_one_way(module, path):
    room = room_of(module)
    if module == "geneticgan":  # public names, lazily: only for type checkers
        return
    if room in BASE:
        allowed = BASE
    else:
        assert room in ROOMS, f"{room} is a room without rules"
        allowed = BASE | ROOMS[room] | {room}
    for imported in imports(path):
        if imported.split(".")[0] in ("geneticgan", "geneticgan_plugins", "geneticgan_cli"):
            assert room_of(imported) in allowed, f"{module} imports {imported}"


def test_nothing_knows_no_global_creator_and_no_global_random():
    for module, path in modules():
        names = set(imports(path))
        # DEAP's operators draw from it: seeded and given back as it was found, in these two.
        allowed = ("geneticgan.annealing.randomness", "geneticgan.annealing.state")
        assert "random" not in names or module in allowed, module
        assert not any("deap.creator" in name for name in names), module
        assert "creator" not in path.read_text().replace("DEAP's ``creator``", ""), module


def test_nothing_pickles():
    for module, path in modules():
        text = path.read_text()
        if module == "geneticgan.networks.backbones.weights":
            # Published weights have torch's format: tensors alone, of a file known by its SHA-256.
            assert text.count("torch.load(") == text.count("weights_only=True)") == 1
        else:
            assert "torch.load(" not in text, module
        assert "torch.save(" not in text, module
        if module != "geneticgan.data.sets.cifar10":  # its files are pickles; see _DataOnly there
            assert "import pickle" not in text, module


def test_annealing_and_the_registry_need_no_torch():
    root = Path(geneticgan.__file__).parent
    for path in (*(root / "annealing").glob("*.py"), root / "registry.py"):
        assert not any(name.startswith("torch") for name in imports(path)), path


def test_the_registry_knows_no_contract():
    path = Path(geneticgan.__file__).parent / "registry.py"
    ours = {name for name in imports(path) if name.startswith("geneticgan")}
    assert ours == {"geneticgan.errors", "geneticgan.foreign", "geneticgan.specs"}
    foreign = {n for n in imports(path.with_name("foreign.py")) if n.startswith("geneticgan")}
    assert foreign == {"geneticgan.registry"}
    ours = {name for name in imports(path.with_name("specs.py")) if name.startswith("geneticgan")}
    assert ours == {"geneticgan.errors"}


def test_imbalance_needs_no_torch():
    path = Path(geneticgan.__file__).parent / "data" / "imbalance.py"
    assert not any(name.startswith("torch") for name in imports(path))


def test_no_file_is_longer_than_one_can_read_at_once():
    lengths = {path: len(path.read_text().splitlines()) for _, path in modules()}
    assert len(lengths) > 300
    assert not {path: lines for path, lines in lengths.items() if lines > 300}
