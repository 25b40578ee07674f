"""A torch module as a graph: by a trace of one pass, or by torch.export where that cannot be."""

import contextlib
import copy
import inspect
import itertools
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lightboard.log.models.export import nodes_of_export
from lightboard.log.models.nodes import Node
from lightboard.log.models.scopes import Scopes, class_name
from lightboard.log.models.trace import nodes_of_trace


class UntraceableError(Exception):
    """No graph can be had of a model. The message says why, and what to do."""

    def __init__(self, model: Any, causes: Sequence[Exception]) -> None:
        reasons = dict.fromkeys(
            f"{type(cause).__name__}: {' '.join(str(cause).split()):.400}".rstrip(".") for cause in causes
        )
        super().__init__(
            f"expected a model that torch can trace, found that {_name(model)} is none: {' – then '.join(reasons)}. "
            "Its graph is not logged; training goes on. Check that the model takes input_to_model as it is given; if "
            "it does, log the graph of a part of it, or leave this call out."
        )


def check(model: Any, inputs: Any) -> None:
    """See that there is something to trace, and what to call it with.

    Raises:
        TypeError: `model` is no module and no function.
        ValueError: `inputs` is None, but the model takes some.
    """
    torch = sys.modules.get("torch")
    if torch is None or not (
        isinstance(model, torch.nn.Module | torch.jit.ScriptFunction) or inspect.isroutine(model)
    ):
        kind = type(model)
        raise TypeError(
            f"model: expected a torch.nn.Module or a function of tensors, found {kind.__module__}.{kind.__qualname__}."
        )
    if inputs is None and not isinstance(model, torch.jit.ScriptModule | torch.jit.ScriptFunction):
        arguments = ", ".join(_arguments(_unwrapped(torch, model)))
        raise ValueError(
            f"input_to_model: expected what {_name(model)} is called with, ({arguments}), found None."
        )


def nodes_of_module(model: Any, inputs: Any, *, verbose: bool, strict: bool) -> list[Node]:
    """Return the nodes of `model`, which is run on `inputs` once, in evaluation mode.

    It is left as it was but for buffers that `forward` itself changes: each module's mode, its hooks, parameters that
    are not initialised yet; so are the random numbers to come.

    Raises:
        UntraceableError: torch has no graph of it.
    """
    torch = sys.modules["torch"]
    model = _unwrapped(torch, model)
    try:
        return _nodes(torch, model, inputs, verbose=verbose, strict=strict)
    except UntraceableError:
        raise
    except Exception as error:  # Modules may do as they like when they are looked at.
        raise UntraceableError(model, [error]) from error


def _nodes(torch: Any, model: Any, inputs: Any, *, verbose: bool, strict: bool) -> list[Node]:
    causes: list[Exception] = []
    with _random_numbers_kept(torch), _evaluating(torch, model), _no_advice(torch):
        try:
            model = _initialised(torch, model, inputs)
        except Exception as error:
            raise UntraceableError(model, [error]) from error
        for way in _ways(torch, model, inputs, strict=strict, causes=causes):
            try:
                return way(verbose)
            except Exception as error:
                causes.append(error)
    raise UntraceableError(model, causes) from causes[0]


Way = Callable[[bool], list[Node]]


def _ways(torch: Any, model: Any, inputs: Any, *, strict: bool, causes: list[Exception]) -> Iterator[Way]:
    """Yield the ways to a graph, each if those before it failed, for `causes`."""

    def of_script(script: Any, verbose: bool) -> list[Node]:
        graph = script.inlined_graph
        if verbose:
            print(graph)
        return nodes_of_trace(graph, Scopes(model, _name(model)), _arguments(model))

    if isinstance(model, torch.jit.ScriptModule | torch.jit.ScriptFunction):
        yield lambda verbose: of_script(model, verbose)
        return

    def by_trace(strict: bool, **example: Any) -> Way:
        # The trace is not run again to check it: it is drawn, not used.
        return lambda verbose: of_script(
            torch.jit.trace(model, check_trace=False, strict=strict, **example), verbose
        )

    yield by_trace(strict, example_inputs=inputs)
    if strict and "strict" in str(causes[-1]):
        yield by_trace(False, example_inputs=inputs)
    named = isinstance(inputs, Mapping) and inputs.keys() <= set(_arguments(model))
    if named:
        yield by_trace(False, example_kwarg_inputs=dict(inputs))
    if not isinstance(model, torch.nn.Module):
        return

    def by_export(verbose: bool) -> list[Node]:
        positional = tuple(inputs) if isinstance(inputs, list | tuple) else (inputs,)
        arguments = ((), dict(inputs)) if named else (positional, {})
        with warnings.catch_warnings():
            # What the model itself warns of has been heard in the trace that failed.
            warnings.simplefilter("ignore")
            # A model that does not run cannot be exported either: it says so more shortly.
            with torch.no_grad():
                model(*arguments[0], **arguments[1])
            program = torch.export.export(model, *arguments, strict=False)
        if verbose:
            print(program.graph)
        return nodes_of_export(program, Scopes(model, _name(model)))

    yield by_export


def _name(model: Any) -> str:
    """Return the name of a module's class or of a function."""
    if hasattr(model, "named_modules"):
        return class_name(model)
    return getattr(model, "__name__", None) or str(model.name)


def _arguments(model: Any) -> list[str]:
    """Return the names of the arguments, as far as there are any."""
    try:
        parameters = inspect.signature(getattr(model, "forward", model)).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def _unwrapped(torch: Any, model: Any) -> Any:
    """Take off what only distributes or compiles a module, which cannot be traced itself."""
    parallel = torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel
    while True:
        if isinstance(model, parallel):
            model = model.module
        elif isinstance(model, torch.nn.Module) and "_orig_mod" in model._modules:
            model = model._orig_mod
        else:
            return model


def _initialised(torch: Any, model: Any, inputs: Any) -> Any:
    """Return `model`, or if some of its parameters wait for a first pass a copy that had one."""
    is_lazy = torch.nn.parameter.is_lazy
    if not isinstance(model, torch.nn.Module) or not any(
        is_lazy(tensor) for tensor in itertools.chain(model.parameters(), model.buffers())
    ):
        return model
    # torch copies parameters that are not initialised, but not such buffers.
    copies = {
        id(buffer): type(buffer)(device=buffer.data.device, dtype=buffer.data.dtype)
        for buffer in model.buffers()
        if is_lazy(buffer)
    }
    model = copy.deepcopy(model, copies)
    with torch.no_grad():
        model(*(inputs if isinstance(inputs, list | tuple) else [inputs]))
    return model


@contextlib.contextmanager
def _evaluating(torch: Any, model: Any) -> Iterator[None]:
    """Set every module to evaluation and take off the hooks for gradients, which keep a module from being traced.

    `model.eval()` would not do: modules redefine `train` so that what it set does not come back by another call.
    """
    modules = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    # A frozen script has no mode, and a module may refuse another one: then it is traced in its own.
    modes = [(module, module.training) for module in modules if hasattr(module, "training")]
    hooks = [
        (module, name, module.__dict__[name])
        for module in modules
        for name in ("_backward_hooks", "_backward_pre_hooks")
        if module.__dict__.get(name)
    ]
    try:
        for module, _ in modes:
            with contextlib.suppress(Exception):
                module.training = False
        for module, name, _ in hooks:
            module.__dict__[name] = OrderedDict()
        yield
    finally:
        for module, mode in modes:
            with contextlib.suppress(Exception):
                module.training = mode
        for module, name, found in hooks:
            module.__dict__[name] = found


@contextlib.contextmanager
def _random_numbers_kept(torch: Any) -> Iterator[None]:
    """Leave torch's random numbers as they were, so that training goes on as it would without a graph."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices):
        yield


@contextlib.contextmanager
def _no_advice(torch: Any) -> Iterator[None]:
    """Keep torch quiet: that tracing is deprecated, or wrong for other inputs, is nothing to one who has it drawn."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"torch\b")
        warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
        yield
