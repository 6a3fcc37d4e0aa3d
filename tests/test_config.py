import pytest

from geneticgan.config import TrainConfig, read_toml
from geneticgan.errors import ConfigError


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"steps": 0}, "steps must be at least 1"),
        ({"steps": 1.5}, "steps cannot be 1.5"),
        ({"steps": True}, "steps cannot be True"),
        ({"batch_size": 1}, "batch_size must be at least 2"),
        ({"lambda_": -1}, "lambda must be at least 0"),
        ({"lambda_": float("nan")}, "lambda must be at least 0"),
        ({"learning_rate": 0.0}, r"learning_rate must be in \(0, 1\]"),
        ({"learning_rate": 1e308}, r"learning_rate must be in \(0, 1\]"),
        ({"generator_learning_rate": 1.5}, r"generator_learning_rate must be in \(0, 1\]"),
        ({"classifier_learning_rate": 2}, r"classifier_learning_rate must be in \(0, 1\]"),
        ({"validation_fraction": 1.0}, r"validation_fraction must be in \[0, 1\)"),
        ({"device": "tpu"}, "device must be one of auto, cpu, cuda"),
        ({"precision": "fp8"}, "precision must be one of"),
        ({"setting": "x"}, "setting is now part of the imbalance"),
        ({"counts": [5, 4]}, "counts is now part of the imbalance"),
        ({"image_size": 30}, "image_size must be one of 8, 16, 28, 32, 64, 128, got 30"),
        ({"alpha": 0}, r"alpha must be in \(0, 1\], got 0"),
        ({"T": float("inf")}, "T must be a finite number, got inf"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"speed": 1}, "unknown option 'speed'; did you mean 'seed'"),
        ({"T": "hot"}, "T cannot be 'hot'"),
    ],
)
def test_values_that_cannot_be_used_are_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        TrainConfig.from_mapping(values, "here")


def test_json_and_back():
    config = TrainConfig(imbalance="counts:3,2", T=5, data_root="x")
    assert TrainConfig.from_mapping(config.to_json(), "here") == config


def test_toml_spells_options_as_the_flags_do(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(
        'batch-size = 20\nlambda = 0.5\nT = 10\nimbalance = "counts:3,2"\ndevice = "cpu"\n'
    )
    config = TrainConfig.from_mapping(read_toml(path), str(path))
    assert (config.batch_size, config.lambda_, config.T) == (20, 0.5, 10)
    assert config.imbalance == "counts:3,2"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("dataset = 5", "dataset cannot be 5"),
        ('steps = "20"', "steps cannot be '20'"),
        ("width = 4.0", r"width cannot be 4\.0"),
        ("T = true", "T cannot be True"),
        ("steps = 0", "steps must be at least 1"),
        ('data = "digits"', "unknown option 'data'"),
    ],
)
def test_a_wrong_value_in_toml_is_named_when_read_so_that_no_flag_hides_it(
    tmp_path, content, message
):
    path = tmp_path / "a.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=rf"a\.toml: {message}"):
        read_toml(path)


@pytest.mark.parametrize("content", [None, b"x = = 1", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"a\.toml cannot be read as TOML"):
        read_toml(path)
