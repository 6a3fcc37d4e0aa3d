import os

from click.testing import CliRunner

from geneticgan.jobs import doctor
from geneticgan_cli.main import cli


def examine(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "STEP_SECONDS", 0.05)
    return {finding.what: finding for finding in doctor.examine(tmp_path / "runs")}


def test_a_healthy_place(tmp_path, monkeypatch):
    found = examine(tmp_path, monkeypatch)
    assert list(found) == [
        "software", "device", "bf16", "runs", "cache", "data", "plugins", "training"
    ]  # fmt: skip
    assert {finding.state for finding in found.values()} == {"ok"}
    assert "real images per second" in found["training"].text
    assert not (tmp_path / "runs").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(doctor.tempfile, "NamedTemporaryFile", refuse)
    found = examine(tmp_path, monkeypatch)
    assert found["runs"].state == "failed"
    assert f"{tmp_path} cannot be written: Permission denied" in found["runs"].text


def test_what_is_broken_does_not_break_the_doctor(tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no step")

    monkeypatch.setattr(doctor, "load_split", fail)
    result = CliRunner().invoke(cli, ["doctor", "--runs", str(tmp_path)])
    assert result.exit_code == 1
    assert "failed  training  RuntimeError: no step" in result.output
    assert "ok      plugins" in result.output


def test_little_room_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOMY_GIB", 1e9)
    assert examine(tmp_path, monkeypatch)["runs"].state == "warning"


def test_bf16_that_a_gpu_only_emulates_is_no_reason_to_use_it(monkeypatch):
    monkeypatch.setattr(doctor.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        doctor.torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation
    )
    assert doctor.bf16().text == "possible, but likely no faster here"
