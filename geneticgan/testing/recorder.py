"""Records operations on tensors and replays them, like a CUDA graph but on any device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only


class Operation(NamedTuple):
    """An operation of torch with its arguments and its result."""

    function: Any
    arguments: Sequence[Any]
    options: Mapping[str, Any]
    returned: Any


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it untyped
    """Records the operations of a function, and replays them without running its Python again.

    As in a CUDA graph every tensor keeps its memory, so that a replay reads what has been copied
    into the inputs since; what Python computed, such as a count or a branch, stays as it was
    during the recording. Operations that a graph cannot include are rejected.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above
        self._operations: list[Operation] = []

    def record(self, work: Callable[[], None]) -> None:
        """Run a function and record its operations.

        Parameters
        ----------
        work : callable
            The function. Everything that it allocates permanently, such as the state of an
            optimizer, must already exist.

        Raises
        ------
        AssertionError
            If it draws random numbers, or reads the value of a tensor.
        """
        self._operations = []
        with self:
            work()

    @torch.no_grad()
    def replay(self) -> None:
        """Repeat the recorded operations, writing to the same memory."""
        for function, arguments, options, returned in self._operations:
            again = function(*arguments, **options)
            for work in tree_leaves(again):
                # What processes send each other may not have arrived yet.
                if isinstance(work, torch.ScriptObject) and hasattr(work, "wait"):
                    work.wait()
            for place, found in zip(_tensors(returned), _tensors(again), strict=True):
                # The results of views and in-place operations are already there.
                if place.untyped_storage()._cdata != found.untyped_storage()._cdata:
                    place.copy_(found)

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        _check(func)
        options = kwargs or {}
        if torch.Tag.inplace_view in func.tags:  # changes a shape, and nothing in memory
            return func(*args, **options)
        given = _held(args), _held(options)
        returned = func(*args, **options)
        self._operations.append(Operation(func, *given, _held(returned)))
        return returned


def _held(tree: Any) -> Any:
    """Return new tensors for the same memory, whose shapes nothing else can change."""
    return tree_map_only(torch.Tensor, torch.Tensor.detach, tree)


def _tensors(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def _check(function: Any) -> None:
    """Raise `AssertionError` for an operation that a graph cannot repeat."""
    name = str(function).removesuffix(".default")
    if torch.Tag.nondeterministic_seeded in function.tags:
        raise AssertionError(
            f"it draws random numbers ({name}), but all individuals of a generation must share "
            "them, and a resumed run must repeat them: compute only from the arguments"
        )
    if {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & set(function.tags):
        raise AssertionError(
            f"it reads the value of a tensor ({name}), which has to wait for a GPU; use "
            "operations on tensors, such as torch.where, in place of if, float() and .item()"
        )
