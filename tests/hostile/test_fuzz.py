"""Thousands of odd inputs: what is read from files and typed gives clean errors only."""

import gzip
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geneticgan.config import TrainConfig, read_json, read_toml
from geneticgan.data.sets.idx import Mnist
from geneticgan.data.sets.npz import Npz
from geneticgan.errors import GeneticGanError
from geneticgan.specs import parse_specs
from geneticgan.training.checkpoint import migrated
from geneticgan.training.manifest import what_is_wrong
from geneticgan_cli.main import cli

MANY = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOME = settings(MANY, max_examples=120)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
FIELDS = sorted(TrainConfig.__dataclass_fields__)


def clean(do, *arguments):
    """Run; a clean error is as good as a result."""
    try:
        return do(*arguments)
    except GeneticGanError as error:
        text = str(error)
        assert text
        assert "Traceback" not in text
        return None


@MANY
@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON, max_size=6))
def test_configs(values):
    clean(TrainConfig.from_mapping, values, "fuzz")


@MANY
@given(st.binary(max_size=80))
def test_files_that_should_be_json_or_toml(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    clean(read_json, path)
    clean(read_toml, path)


@MANY
@given(JSON)
def test_run_folders_with_any_config(tmp_path, data):
    from geneticgan.training.run_folder import RunFolder

    (tmp_path / "config.json").write_text(json.dumps(data))
    clean(RunFolder.open, tmp_path)


@MANY
@given(st.dictionaries(st.sampled_from(["format", "schedule", "x"]), JSON, max_size=3))
def test_states_of_checkpoints(state):
    clean(migrated, state, "state.json")


@MANY
@given(JSON | st.dictionaries(st.just("sha256"), JSON, min_size=1, max_size=1))
def test_manifests(tmp_path, data):
    (tmp_path / "manifest.json").write_text(json.dumps(data))
    (tmp_path / "file").write_bytes(b"x")
    assert isinstance(what_is_wrong(tmp_path), str)


@MANY
@given(st.text(alphabet="ab:,=.-1 \x00\x1b[", max_size=24))
def test_lists_of_plugins(text):
    clean(parse_specs, text)


def idx(values):
    values = np.asarray(values)
    kind = {"uint8": 8, "int32": 12, "float32": 13}.get(values.dtype.name, 8)
    return (
        struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape) + values.tobytes()
    )


@MANY
@given(data=st.data())
def test_idx_files(tmp_path, data):
    rng = np.random.default_rng(0)
    good = {
        "train-images-idx3-ubyte": idx(rng.integers(0, 255, (20, 28, 28), dtype=np.uint8)),
        "train-labels-idx1-ubyte": idx(np.arange(20, dtype=np.uint8) % 10),
        "t10k-images-idx3-ubyte": idx(rng.integers(0, 255, (10, 28, 28), dtype=np.uint8)),
        "t10k-labels-idx1-ubyte": idx(np.arange(10, dtype=np.uint8)),
    }
    name = data.draw(st.sampled_from(sorted(good)))
    broken = bytearray(good[name])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, 40 if len(broken) > 40 else len(broken) - 1))
               % len(broken)] = data.draw(st.integers(0, 255))  # fmt: skip
    good[name] = bytes(broken)[: data.draw(st.integers(0, len(broken)))]
    zipped = data.draw(st.booleans())
    for each, content in good.items():
        for path in (tmp_path / each, tmp_path / f"{each}.gz"):
            path.unlink(missing_ok=True)
        if zipped and each == name:
            (tmp_path / f"{each}.gz").write_bytes(gzip.compress(content)[: len(content) or 1])
        else:
            (tmp_path / each).write_bytes(content)
    clean(Mnist(data_root=str(tmp_path)).load)


ARRAYS = st.sampled_from(
    [
        np.zeros((6, 8, 8), np.uint8),
        np.zeros((6, 8, 8, 3), np.float32),
        np.full((6, 1, 8, 8), np.nan),
        np.zeros((6, 8)),
        np.zeros((0, 8, 8), np.uint8),
        np.arange(6),
        np.arange(6) % 2,
        np.array([0, 1, 0, 1, 0, -5]),
        np.array(["a", "b"] * 3),
        np.array(list("aaaaaa")),
        np.array([1e300] * 6),
        np.array(5),
        np.array([None, {}], dtype=object),
        np.zeros(6, dtype="datetime64[s]"),
        np.zeros(6, dtype=[("a", "i4")]),
    ]
)


@MANY
@given(data=st.data())
def test_npz_files(tmp_path, data):
    names = ["x_train", "y_train", "x_test", "y_test"]
    arrays = {
        name: data.draw(ARRAYS) for name in names if data.draw(st.booleans()) or name[0] == "x"
    }
    path = tmp_path / "data.npz"
    np.savez(path, **arrays, allow_pickle=True)
    if data.draw(st.booleans()):
        raw = bytearray(path.read_bytes())
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(raw[: data.draw(st.integers(1, len(raw)))])
    clean(Npz(data_root=str(path)).load)


WORDS = [
    "train", "--steps", "--T", "-1", "0", "x", "--imbalance", "counts:1,2", "--dry-run",
    "--mutations", "lsgan:b=x", "--schedule", "linear:period=0", "--dataset", "nothing",
    "--alpha", "2",
    "--image-size", "9", "--set", "two-class", "--ratio", "\x1b[31m", "--out", "/dev/null/x",
    "--config", "/", "--fitness", "--selection", "--population", "1e9", "generate", "report",
    "watch", "evaluate", "nowhere", "compare", "plugins", "info", "new", "mutation", "datasets",
]  # fmt: skip


@SOME
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_command_lines(tmp_path_factory, monkeypatch, words):
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    if words and words[0] == "train" and "--dry-run" not in words:
        words = [*words, "--dry-run"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code in (0, 1, 2)
    assert "Traceback" not in result.output
    assert "This is a bug" not in result.output


def test_an_npz_with_a_bomb_of_zeros_is_read_or_refused_cleanly(tmp_path):
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (10**9, 1000, 1000)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", header.getvalue())
        archive.writestr("y_train.npy", header.getvalue())
    with pytest.raises(GeneticGanError):
        Npz(data_root=str(path)).load()
