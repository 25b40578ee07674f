"""Members that several requests have: which part of which picture, how curves are smoothed and compared."""

from dataclasses import dataclass
from typing import Final, Literal

from lightboard.api.body import Body
from lightboard.api.errors import ApiError

AXES: Final[tuple[Literal["step", "relative", "wall"], ...]] = ("step", "relative", "wall")
KINDS: Final[tuple[Literal["ema", "gaussian", "mean"], ...]] = ("ema", "gaussian", "mean")
COMPARISONS: Final[tuple[Literal["difference", "ratio"], ...]] = ("difference", "ratio")
MAX_WIDTH = 16_384
"""Pixel columns; wider than any screen."""
MAX_TAGS = 100
"""Tags of one request."""


@dataclass(frozen=True)
class View:
    """What a picture shows."""

    axis: Literal["step", "relative", "wall"]
    x_min: float | None
    x_max: float | None
    width: int


def take_view(body: Body) -> View:
    """Take `axis`, `x_min`, `x_max` and `width`."""
    axis = body.choice("axis", AXES, "step")
    x_min, x_max = body.number("x_min"), body.number("x_max")
    width = body.integer("width", 800, 1, MAX_WIDTH)
    if x_min is not None and x_max is not None and x_min > x_max:
        raise ApiError(400, "invalid_member", f"x_max: expected at least x_min = {x_min}, found {x_max}.")
    return View(axis, x_min, x_max, width)


def take_tags(body: Body) -> list[str]:
    """Take the required `tags`."""
    return body.texts("tags", most=MAX_TAGS)


def take_smoothing(body: Body) -> tuple[Literal["ema", "gaussian", "mean"], float] | None:
    """Take `smoothing`: a kind with its weight, sigma or window, or None for null or absence."""
    smoothing = body.body("smoothing")
    if smoothing is None:
        return None
    kind = smoothing.choice("kind", KINDS, None)
    if kind == "ema":
        amount = smoothing.fraction("weight")
    else:
        amount = smoothing.positive("sigma" if kind == "gaussian" else "window")
    smoothing.end()
    return kind, amount


def take_baseline(body: Body) -> tuple[str, Literal["difference", "ratio"]] | None:
    """Take `baseline`: a run that curves are compared with and how, or None for null or absence."""
    baseline = body.body("baseline")
    if baseline is None:
        return None
    taken = baseline.text("run"), baseline.choice("compare", COMPARISONS, None)
    baseline.end()
    return taken
