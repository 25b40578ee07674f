"""Graphs of models."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lightboard.log.notices import warn
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.models.nodes import Node

# A training program that logs no graph must not pay for what reads models: imports stand in the methods.


class Graphs(Recorder):
    """Logs graphs of models. A run has one graph: of several, readers show the latest."""

    _untraceable: set[str]

    def add_graph(
        self,
        model: Any,
        input_to_model: Any = None,
        verbose: bool = False,
        use_strict_trace: bool = True,
    ) -> None:
        """Log the graph of a torch model: operators, parameters, inputs and outputs, in the scopes of its modules.

        The model is run once on `input_to_model`, in evaluation mode, and traced by `torch.jit.trace`, or by
        `torch.export` where that fails. It is left as it was but for buffers that its `forward` changes: the mode of
        every module, hooks, parameters that are not initialised yet; and so are torch's random numbers. A model that
        cannot be traced costs a warning, and training goes on. Written as a GraphDef, and a RunMetadata of the tag
        `step1`, as torch does (spec/events.md, Writing).

        Args:
            model: A module (also scripted, lazy, compiled, or in DataParallel), a script function or a function.
            input_to_model: What it is called with: a tensor, or a tuple of arguments. A dict is one argument, or, where
                the model takes none such, the arguments by name. Not needed for what is scripted.
            verbose: Print the graph, too.
            use_strict_trace: As `strict` of `torch.jit.trace`. Where that is all that keeps a model from being traced,
                as with a dict that it returns, it is left off.

        Raises:
            TypeError: `model` is none of these.
            ValueError: `input_to_model` is missing.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        from lightboard.log.models import torch_modules

        torch_modules.check(model, input_to_model)
        try:
            nodes = torch_modules.nodes_of_module(
                model, input_to_model, verbose=bool(verbose), strict=bool(use_strict_trace)
            )
        except torch_modules.UntraceableError as error:
            if str(error) not in self._untraceable:
                self._untraceable.add(str(error))
                warn(f"add_graph: {error}")
            return
        wall_time = self._steps.wall_time
        self._record(
            None,
            lambda core, file: core.add_graph(file, nodes, wall_time),
            lambda core, file: core.add_run_metadata(file, "step1", "/device:CPU:0", wall_time),
        )

    def add_onnx_graph(
        self,
        prototxt: str | os.PathLike[str] | None = None,
        *,
        onnx_model_file: str | os.PathLike[str] | None = None,
    ) -> None:
        """Log the graph of an ONNX model: operators, weights, inputs and outputs, with shapes as far as it has them.

        Nothing but the file is needed, not the onnx package. Weights are not read, so that a file may be of any size.
        Written as a GraphDef (spec/events.md, Writing).

        Args:
            prototxt: Path of the .onnx file. (torch's name; it is no text.)
            onnx_model_file: tensorboardX's name for it.

        Raises:
            TypeError: No path is given, or both.
            ValueError: The file holds no ONNX model.
            OSError: The file cannot be read. With `on_error="raise"`, earlier records could not be written.
        """
        from lightboard.log.models.onnx import nodes_of_onnx

        if (prototxt is None) == (onnx_model_file is None):
            raise TypeError(
                f"prototxt: expected the path of an .onnx file, found {prototxt!r}"
                + (
                    "."
                    if onnx_model_file is None
                    else f", and onnx_model_file {onnx_model_file!r}; give one."
                )
            )
        self._add_file(
            "prototxt", "an ONNX model", onnx_model_file if prototxt is None else prototxt, nodes_of_onnx
        )

    def add_openvino_graph(self, xmlname: str | os.PathLike[str]) -> None:
        """Log the graph of an OpenVINO model: its layers, with the shapes that they give.

        Written as a GraphDef (spec/events.md, Writing).

        Args:
            xmlname: Path of the .xml file of the model's IR; the .bin file beside it is not needed.

        Raises:
            TypeError: It is no path.
            ValueError: The file holds no OpenVINO model, or declares a document type, which could name entities.
            OSError: The file cannot be read. With `on_error="raise"`, earlier records could not be written.
        """
        from lightboard.log.models.openvino import nodes_of_openvino

        self._add_file("xmlname", "an OpenVINO model", xmlname, nodes_of_openvino)

    def _add_file(
        self, what: str, kind: str, path: object, read: "Callable[[str | os.PathLike[str]], Sequence[Node]]"
    ) -> None:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(
                f"{what}: expected the path of {kind}, found {type(path).__qualname__} {path!r:.80}."
            )
        try:
            nodes = read(path)
        except ValueError as error:
            raise ValueError(f"{what}: expected {kind}, found {os.fspath(path)!r}: {error}.") from None
        wall_time = self._steps.wall_time
        self._record(None, lambda core, file: core.add_graph(file, nodes, wall_time))
