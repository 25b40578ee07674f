"""Tensors of any shape and type."""

from typing import Any

from lightboard.log.arrays import typed_array
from lightboard.log.numbers import plain_tag
from lightboard.log.recorder import Recorder

# Numbers of the data types (spec/events.md, Tensors).
DATA_TYPES = {
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "complex64": 8,
    "int64": 9,
    "bool": 10,
    "bfloat16": 14,
    "uint16": 17,
    "complex128": 18,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
    "float8_e5m2": 24,
    "float8_e4m3fn": 25,
    "float8_e4m3fnuz": 26,
    "float8_e4m3b11fnuz": 27,
    "float8_e5m2fnuz": 28,
}


class Tensors(Recorder):
    """Logs tensors."""

    def add_tensor(
        self, tag: str, tensor: Any, global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Log a tensor as it is, with shape and type.

        Written as the bytes of its elements, with the plugin name `tensor` and the data class for tensors
        (spec/events.md, Writing).

        Args:
            tag: The series; stored as given.
            tensor: An array, tensor, number or list of NumPy, torch, JAX or TensorFlow, of any shape, with elements
                that are bools, ints, floats or complex numbers; bfloat16 and float8 keep their type.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.

        Raises:
            TypeError: The elements are something else, or the tensor has no data; a tag that is no str; a step or wall
                time that is no number.
            ValueError: The tensor does not fit into a record (2 GiB); a list of unequal lengths.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        array, name = typed_array(tensor, f"tensor of tag {tag!r:.200}")
        data_type, shape = DATA_TYPES[name], array.shape
        elements = array if shape else array.reshape(1)
        step, wall_time = self._moment("tensor", tag, global_step, walltime)
        self._record(
            None,
            lambda core, file: core.add_tensor(file, tag, data_type, shape, elements, step, wall_time),
        )
