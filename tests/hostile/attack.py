"""Attacks by the hundred: planted links, forged files, archives and images, odd options.

``python tests/hostile/attack.py links|files|archives|options --count N --seed S`` prints how many
were tried, held and failed, and exits with 1 if one failed. An attack fails if a command ends
with a traceback or calls it a defect, or if anything outside its folder is made or changed.
``--memory GIB`` does it under a limit of address space; with TMPDIR on a small tmpfs the disk
fills up.
"""

import argparse
import contextlib
import io
import os
import random
import resource
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from click.testing import CliRunner
from matplotlib.figure import Figure
from PIL import Image

from geneticgan.config import OPTIONS
from geneticgan.registry import find_plugins
from geneticgan_cli.completion import GROUPS
from geneticgan_cli.main import cli

TINY = ["--steps", 4, "--width", 2, "--batch-size", 8, "--set", "latent_dim=4", "--device", "cpu"]


def run(*words):
    """Return why a command failed the attack; empty if it held, whatever its exit status."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    unexpected = result.exception is not None and not isinstance(result.exception, SystemExit)
    if unexpected or "Traceback" in result.output or "This is a bug" in result.output:
        return f"{words}: {result.exception!r} {result.output[-300:]}"
    return ""


def snapshot(folder):
    """Return what lies in a folder, by its name and content."""
    return {p.relative_to(folder): p.read_bytes() if p.is_file() else b"" for p in
            sorted(folder.rglob("*"))}  # fmt: skip


def a_run(base):
    """Make a finished run of a folder of images, and its report."""
    path, images = base / "run", np.random.default_rng(0)
    for label, count in (("a", 30), ("b", 20), ("c", 10)):
        (base / "images" / label).mkdir(parents=True)
        for number in range(count):
            pixels = images.integers(0, 255, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(base / "images" / label / f"{number}.png")
    words = ["--dataset", "folder", "--data-root", base / "images"]
    failed = run("train", *TINY, *words, "--out", path) or run("report", path)
    if failed:
        sys.exit(failed)
    return path


def taken_up(path, out):
    """Do what reads a run's folder; return why one failed."""
    words = [
        ("resume", path), ("evaluate", path), ("report", path), ("watch", "--once", path),
        ("generate", path, "--count", 1, "--out", out / "g"),
    ]  # fmt: skip
    return "; ".join(filter(None, (run(*each) for each in words)))


def links(base, rng, count):
    """Plant a link at every name of a run's folder, or at one that a writer may use."""
    whole = a_run(base)
    names = [p.relative_to(whole) for p in sorted(whole.rglob("*"))]
    guessed = [n.with_name(n.name + s) for n in names for s in (".tmp", ".writing", ".temporary")]
    pool = [*names, *guessed, Path("samples/film.webp"), Path("tensorboard"), Path("film")]
    chosen = names + rng.sample(guessed, max(0, min(len(guessed), count - len(names))))
    for name in (chosen or pool)[:count]:
        outside, path = base / "outside", base / "attacked"
        for each in (outside, path):
            shutil.rmtree(each, ignore_errors=True)
        outside.mkdir()
        (outside / "victim").write_bytes(b"keep")
        (outside / "folder").mkdir()
        shutil.copytree(whole, path)
        target = path / name
        folder = target.is_dir()
        shutil.rmtree(target) if folder else target.unlink(missing_ok=True)
        target.symlink_to(outside / ("folder" if folder else "victim"))
        before = snapshot(outside)
        failed = taken_up(path, base / "out")
        if snapshot(outside) != before:
            failed += f"; a link at {name} was written through"
        yield failed


def spoiled(data, rng):
    """Return a file's content cut, with bits turned, emptied, or of another kind."""
    kind = rng.randrange(6)
    if kind == 0 or not data:
        return rng.choice([b"", b"{}", b"[]", b"null", b"\0" * 64, b'{"format": 1}'])
    if kind == 1:
        return data[: rng.randrange(len(data))]
    if kind == 2:
        return data + rng.randbytes(rng.randrange(1, 200))
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 4, 64])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def without_lines(_, target, **how):
    """Write an empty picture."""
    if how.get("format") == "svg":
        target.write("<svg></svg>")
    else:
        Image.new("L", (1, 1)).save(target, "png")


def files(base, rng, count):
    """Damage or forge a file of a run's folder, its manifest included, or of the cache.

    A report is made as a whole but for the lines of its charts, which take most of its time.
    """
    Figure.savefig = without_lines
    whole, cache = a_run(base), Path(os.environ["GENETICGAN_CACHE"])
    kept = base / "kept"
    shutil.copytree(cache, kept)
    of_run = [p.relative_to(whole) for p in sorted(whole.rglob("*")) if p.is_file()]
    of_run = [n for n in of_run if n.parts[0] != "figures"]
    of_cache = [p.relative_to(cache) for p in sorted(cache.rglob("*")) if p.is_file()]
    for number in range(count):
        path = base / "attacked"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(whole, path)
        shutil.rmtree(cache)
        shutil.copytree(kept, cache)
        forged = of_cache and number % 8 == 7
        target = cache / rng.choice(of_cache) if forged else path / rng.choice(of_run)
        target.write_bytes(spoiled(target.read_bytes(), rng))
        if target.parent.name == "checkpoint" and rng.random() < 0.5:
            from geneticgan.training.manifest import write_manifest

            (target.parent / "manifest.json").unlink(missing_ok=True)
            write_manifest(target.parent)
        command = rng.choice([["resume"], ["evaluate"], ["report"], ["watch", "--once"]])
        failed = run(*command, path)
        yield failed and f"{target.name}: {failed}"


EVIL = ["../out", "/tmp/absolute", "a/../../out", "C:x", "a\\..\\..\\b", "a" * 300, "a/\x1b[2J.png",
        "a/.", "..", "", "a//b.png", "CON", "a/\u202e.png"]  # fmt: skip


def an_image(rng):
    """Return the bytes of an image, whole or spoiled."""
    pixels = np.frombuffer(rng.randbytes(192), np.uint8).reshape(8, 8, 3)
    data = io.BytesIO()
    kind = rng.choice(["PNG", "BMP", "JPEG", "GIF", "TIFF", "WEBP"])
    Image.fromarray(pixels).save(data, kind)
    whole = data.getvalue()
    return kind.lower(), spoiled(whole, rng) if rng.random() < 0.6 else whole


def archives(base, rng, count):
    """Give archives and folders of hostile members and images to what reads them."""
    for number in range(count):
        suffix = rng.choice([".zip", ".tar", ".tar.gz", "folder"])
        inside = base / "deep" / "er"
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir(parents=True)
        members = []
        for label in "ab":
            for index in range(6):
                kind, data = an_image(rng)
                members.append((f"{label}/{index}.{kind}", data))
        path = inside / f"images{'' if suffix == 'folder' else suffix}"
        if suffix == "folder":
            for name, data in members:
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(data)
            if rng.random() < 0.3:
                (path / "a" / "loop").symlink_to("..")
            if rng.random() < 0.3:
                os.mkfifo(path / "b" / "pipe.png")
        else:
            if rng.random() < 0.6:
                members.append((rng.choice(EVIL) or "x", b"evil"))
            pack(path, members, rng)
            if rng.random() < 0.3:
                path.write_bytes(spoiled(path.read_bytes(), rng))
        before = {p for p in base.rglob("*") if inside not in p.parents}
        cache = Path(os.environ["GENETICGAN_CACHE"])
        words = ["--data-root", path, "--image-size", 8]
        words += ["--skip-corrupt"] if rng.random() < 0.5 else []
        failed = run("datasets", rng.choice(["info", "check"]), "folder", *words)
        after = {p for p in base.rglob("*") if inside not in p.parents}
        if new := [p for p in after - before if cache not in (p, *p.parents)]:
            failed += f"; {number} made {new}"
        yield failed


def pack(path, members, rng):
    """Write an archive, of a tar also with links and devices."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members:
                archive.writestr(name, data)
        return
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if rng.random() < 0.3:
            info = tarfile.TarInfo("a/link")
            info.type = rng.choice([tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
            info.linkname = "/etc/passwd"
            archive.addfile(info)


# fmt: off
VALUES = ["", "0", "-1", "1", "2", "3", "0.5", "1e308", "-inf", "nan", "inf", str(10**26), "true",
          "none", "auto", "x", ",", ":", "a:b=c", "digits,mnist", "\x1b[2J", "\u732b", "1,2",
          "linear", "linear:T=-1", "always", "cn", "oscn", "aggan:clip=1", "acgan", "../x",
          "cosine", "wasserstein", "balanced-softmax", "counts:1,2", "two-class:ratio=inf"]
# fmt: on


def own_values(option):
    """Return what an option takes, or nearly: its choices, ends, and the names of its plugins."""
    found = [*map(str, option.choices), option.default_text or "none"]
    for end in (option.minimum, option.maximum):
        found += [] if end is None else [str(option.kind(end + d)) for d in (-1, 0, 1)]
    return found + [plugin.name for plugin in find_plugins(f"geneticgan.{GROUPS.get(option.name)}")]


def options(base, rng, count):
    """Give up to four options odd values, and ones of their own, to ``train --dry-run``."""
    os.chdir(base)
    every = {n: own_values(each) for n, each in OPTIONS.items() if n != "download"}
    for _ in range(count):
        words = []
        for name in rng.sample(sorted(every), rng.randrange(1, 5)):
            value = rng.choice(VALUES if rng.random() < 0.4 else every[name])
            words += ["--set", f"{OPTIONS[name].spelled}={value}"]
        failed = run("train", *words, "--dry-run")
        if made := [p.name for p in base.iterdir() if p.name != "cache"]:
            failed += f"; {words} made {made}"
        yield failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attack", choices=["links", "files", "archives", "options"])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many")
    parser.add_argument("--memory", type=float, help="GiB of address space at most")
    asked = parser.parse_args()
    if asked.memory:
        import torch  # noqa: F401  # a process in which this fails once cannot repeat it

        limit = int(asked.memory * 2**30)
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        if limit < taken + 2**28:
            parser.error(f"torch alone takes {taken / 2**30:.1f} GiB: --memory must be above it")
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    begun, found = time.monotonic(), Counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(StopIteration):
        base = Path(folder)
        os.environ["GENETICGAN_CACHE"] = str(base / "cache")
        for failed in globals()[asked.attack](base, random.Random(asked.seed), asked.count):
            found["failed" if failed else "held"] += 1
            if failed:
                print(failed, file=sys.stderr, flush=True)
            if time.monotonic() - begun > asked.seconds:
                break
        os.chdir("/")
    print(f"{asked.attack}: {found.total()} tried, {found['held']} held, {found['failed']} failed")
    sys.exit(bool(found["failed"]))


if __name__ == "__main__":
    main()
