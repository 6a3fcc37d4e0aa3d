"""Kill a run at random moments with SIGKILL, resume it, and compare it bit for bit.

``python tests/chaos/kill.py --kills 300`` prints what it counted and exits with 1 if a single bit
differs from a run that was never killed.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a fork keeps no threads

import torch

from geneticgan.config import TrainConfig
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.lock import RunLock
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.setup import load_split

CONFIG = TrainConfig(
    steps=30, batch_size=8, width=2, latent_dim=4, validate_every=5, checkpoint_every=2,
    imbalance="counts:20,10,9,8,7,6,6,6,6,5", device="cpu", population=2,
    schedule="adaptive:T=0.1",
)  # fmt: skip


def live(path, split):
    """Begin the run, or go on with it, to its end."""
    begun = (path / "config.json").is_file()
    folder = RunFolder.open(path)[0] if begun else RunFolder.create(path, CONFIG)
    with RunLock(path):
        Evolution(CONFIG, split, folder, (), StopRequest()).run()


def state(path):
    """Return every byte that a finished run is to have, its clock apart."""
    folder = path / "checkpoint"
    found = {f.name: f.read_bytes() for f in sorted(folder.glob("*.safetensors"))}
    kept = json.loads((folder / "state.json").read_text())
    del kept["monitor"]["seconds"], kept["log_position"]
    found["state"] = json.dumps(kept, sort_keys=True)
    records = [json.loads(line) for line in (path / "log.jsonl").read_text().splitlines()]
    for record in records:
        del record["images_per_second"], record["seconds"]
    found["log"] = json.dumps(records)
    return found


def forked(path, split, seconds=None):
    """Run in a child; kill it after so many seconds. Returns whether it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            live(path, split)
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        if os.WEXITSTATUS(status):
            sys.exit(f"{path}: a run that was resumed failed")
        return True
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(options.seed)
    split = load_split(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole")
        start = time.perf_counter()
        forked(whole, split)
        duration = time.perf_counter() - start
        wanted = state(whole)
        kills = resumes = finished = writing = 0
        while kills < options.kills:
            path = Path(folder, f"run-{finished}")
            patience = 0.4 * duration
            while True:
                resumes += (path / "config.json").is_file()
                if path.exists() and not (path / "config.json").is_file():
                    path = path.with_name(path.name + "x")  # killed before it was a run
                if forked(path, split, rng.uniform(0, patience)):
                    break
                patience *= 1.1  # on a machine that has become busy it would never end
                kills += 1
                if kills % 50 == 0:
                    print(f"{kills} kills", file=sys.stderr, flush=True)
                writing += (path / "checkpoint.writing").exists()
            different = [key for key, value in wanted.items() if state(path).get(key) != value]
            if different:
                sys.exit(f"lost after {kills} kills: {different} of {path}")
            finished += 1
    print(
        f"{kills} kills ({writing} of them while a checkpoint was written), {resumes} resumes, "
        f"{finished} runs of {CONFIG.steps} generations finished, 0 lost"
    )


if __name__ == "__main__":
    main()
