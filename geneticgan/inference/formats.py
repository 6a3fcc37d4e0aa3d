"""Networks in the formats that other programs read."""

from __future__ import annotations

import importlib.util
import io
import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import save

from geneticgan.errors import ConfigError

FORMATS = {"onnx": ".onnx", "torch-export": ".pt2", "safetensors": ".safetensors"}
"""What can be written, with the usual suffix."""

EXTRA_FILE = "geneticgan.json"
"""In an exported program: the metadata."""


@dataclass(frozen=True)
class Part:
    """A network that is to leave the run.

    Attributes
    ----------
    module : torch.nn.Module
        As a service calls it.
    inputs : mapping of str to Tensor
        An example of each input, by name, of two rows.
    output : str
        Name of what it returns.
    metadata : mapping of str to JSON value
        What a user of the file must know.
    """

    module: torch.nn.Module
    inputs: Mapping[str, torch.Tensor]
    output: str
    metadata: Mapping[str, Any]


def encode(part: Part, how: str) -> bytes:
    """Return a part as a file of one of `FORMATS`.

    ONNX and exported programs hold the whole computation, for any number of rows; safetensors
    holds the weights of the network alone, for code that builds it.

    Raises
    ------
    ConfigError
        If what writes the format is not installed.
    """
    if how == "safetensors":
        return save(dict(part.module.network.state_dict()), _texts(part))  # type: ignore[union-attr]  # it is a module
    if how == "onnx" and not _installed("onnx", "onnxscript"):
        raise ConfigError(
            "the format onnx needs packages that are not installed: pip install 'geneticgan[onnx]'"
        )
    rows = torch.export.Dim("N")
    program = torch.export.export(
        part.module,
        tuple(part.inputs.values()),
        dynamic_shapes=tuple({0: rows} for _ in part.inputs),
    )
    return _onnx(program, part) if how == "onnx" else _program(program, part)


def _program(program: torch.export.ExportedProgram, part: Part) -> bytes:
    buffer = io.BytesIO()
    extra = {EXTRA_FILE: json.dumps(dict(part.metadata), indent=1)}
    torch.export.save(program, buffer, extra_files=extra)
    return buffer.getvalue()


def _onnx(program: torch.export.ExportedProgram, part: Part) -> bytes:
    logging.getLogger("onnxscript").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter about itself
        found = torch.onnx.export(
            program,
            dynamo=True,
            input_names=list(part.inputs),
            output_names=[part.output],
            verbose=False,
        )
    assert found is not None  # it is when it is exported by dynamo
    found.model.metadata_props.update(_texts(part))
    encoded: bytes = found.model_proto.SerializeToString()
    return encoded


def _texts(part: Part) -> dict[str, str]:
    """Return the metadata with JSON texts as values, except of those that are texts already."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in part.metadata.items()
    }


def _installed(*packages: str) -> bool:
    try:
        return all(importlib.util.find_spec(package) for package in packages)
    except ValueError:  # one that is loaded as nothing
        return False
