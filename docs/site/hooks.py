"""What the site adds to MkDocs: fences of the language ``math`` become MathML at build time."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert


def on_config(config: Any) -> Any:
    """Tell the Markdown extension for fenced blocks how equations are written."""
    config.mdx_configs["pymdownx.superfences"] = {
        "custom_fences": [{"name": "math", "class": "math", "format": equation}]
    }
    return config


def equation(source: str, *_: Any, **__: Any) -> str:
    """Return a fence's lines of LaTeX as MathML, which browsers draw without a script."""
    lines = (line.strip() for line in source.splitlines())
    return "".join(f'<p class="equation">{convert(line, display="block")}</p>' for line in lines)
