"""Exports networks in the formats that other programs read."""

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
"""The supported formats, with their usual suffixes."""

EXTRA_FILE = "geneticgan.json"
"""Name of the metadata in an exported program."""


@dataclass(frozen=True)
class Part:
    """A network to export.

    Attributes
    ----------
    module : torch.nn.Module
        The network in the form in which a service calls it.
    inputs : mapping of str to Tensor
        Example of each input by name, with two rows.
    output : str
        Name of the output.
    metadata : mapping of str to JSON value
        What a user of the file needs to know.
    """

    module: torch.nn.Module
    inputs: Mapping[str, torch.Tensor]
    output: str
    metadata: Mapping[str, Any]


def encode(part: Part, how: str) -> bytes:
    """Return a part as the bytes of a file in one of `FORMATS`.

    ONNX and exported programs contain the whole computation, for any number of rows; safetensors
    contain only the network's weights, for code that builds the network.

    Raises
    ------
    ConfigError
        If a package that the format needs is not installed.
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
        warnings.simplefilter("ignore")  # the exporter warns about itself
        found = torch.onnx.export(
            program,
            dynamo=True,
            input_names=list(part.inputs),
            output_names=[part.output],
            verbose=False,
        )
    assert found is not None  # it never is with dynamo=True
    found.model.metadata_props.update(_texts(part))
    encoded: bytes = found.model_proto.SerializeToString()
    return encoded


def _texts(part: Part) -> dict[str, str]:
    """Return the metadata with every value that is not a string as a JSON string."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in part.metadata.items()
    }


def _installed(*packages: str) -> bool:
    try:
        return all(importlib.util.find_spec(package) for package in packages)
    except ValueError:  # a module without a spec
        return False
