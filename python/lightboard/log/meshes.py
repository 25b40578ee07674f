"""Meshes and clouds of points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lightboard.log.arrays import lent_array
from lightboard.log.numbers import describe, plain_tag
from lightboard.log.recorder import Recorder

if TYPE_CHECKING:
    from lightboard.log.arrays import Array


class Meshes(Recorder):
    """Logs meshes."""

    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: Mapping[str, Any] | None = None,
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log 3D meshes, or clouds of points if there are no faces.

        Written as one record with a float32 tensor of the plugin `mesh` for each part, under `<tag>_VERTEX`,
        `<tag>_FACE` and `<tag>_COLOR` (spec/events.md, Writing).

        Args:
            tag: The name of the mesh; stored as given.
            vertices: The points' coordinates, of shape [batch, points, 3]; an array, tensor or list.
            colors: Red, green and blue from 0 to 255 of each point, of the same shape; or `None`.
            faces: Triangles as three indices of points, of shape [batch, triangles, 3]; or `None`.
            config_dict: Classes of three.js and their settings (camera, lights, material), as JSON has them.
            global_step: As for `add_scalar`.
            walltime: As for `add_scalar`.

        Raises:
            TypeError: A part is no real numbers; `config_dict` holds what JSON has not; a tag that is no str; a step or
                wall time that is no number.
            ValueError: A part has another shape; `config_dict` holds a number that is NaN or infinite.
            OverflowError: The step does not fit into 64 bits.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        tag = plain_tag(tag)
        points = _part(vertices, "vertices")
        triangles = None if faces is None else _part(faces, "faces", batch=points.shape[0])
        shades = (
            None if colors is None else _part(colors, "colors", batch=points.shape[0], number=points.shape[1])
        )
        config = _json(config_dict)
        parts = (points, triangles, shades)
        step, wall_time = self._moment("mesh", tag, global_step, walltime)
        self._record(None, lambda core, file: core.add_mesh(file, tag, parts, config, step, wall_time))


def _json(config: Mapping[str, Any] | None) -> str:
    try:
        import json  # takes a twentieth of what lightboard itself takes to import

        return json.dumps({} if config is None else config, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise type(error)(f"config_dict: expected what JSON has, found otherwise: {error}.") from None


def _part(value: Any, what: str, *, batch: int | None = None, number: int | None = None) -> "Array":
    array = lent_array(value, what)
    wanted = (batch, number, 3)
    if array.ndim != 3 or any(
        size not in (None, found) for size, found in zip(wanted, array.shape, strict=True)
    ):
        shape = ", ".join(str(size or name) for size, name in zip(wanted, ("batch", "n", "3"), strict=True))
        raise ValueError(f"{what}: expected the shape [{shape}], found {describe(value)}.")
    return array
