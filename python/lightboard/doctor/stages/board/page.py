"""What the page does by itself, whatever the data are."""

import importlib.metadata
from collections.abc import Iterator

import lightboard
from lightboard.doctor.finding import Finding, Place
from lightboard.doctor.look import Look


def facts(look: Look) -> Iterator[Finding]:
    """Tell which page was thought of."""
    board = look.served
    if board is not None and board.program in ("lightboard", "tensorboard"):
        look.facts["board"] = f"the page of {board.name}"
    return iter(())


def habits(look: Look) -> Iterator[Finding]:
    """Tell what TensorBoard's page does to selections, where somebody asks why a run is not drawn."""
    board = look.served
    if board is not None and board.is_tensorboard and look.run is not None:
        yield Finding(
            "page_habits",
            f"{board.client.root} is the page of {board.name}.",
            [Place(path=board.client.root)],
        )


def outdated(look: Look) -> Iterator[Finding]:
    """Report a board that runs in another version than the one that is installed."""
    board = look.served
    if board is None or not board.version or board.pid is None:
        return
    if board.is_tensorboard:
        try:
            installed = importlib.metadata.version("tensorboard")
        except importlib.metadata.PackageNotFoundError:
            return
    else:
        installed = lightboard.__version__
    if installed != board.version:
        yield Finding(
            "board_outdated",
            f"{board.name} runs (pid {board.pid}); {installed} is installed in this Python.",
            [Place(path=board.client.root)],
        )


def unanswered(look: Look) -> Iterator[Finding]:
    """Tell what was asked and not answered, when all has been asked: what could not be compared is not missing."""
    board = look.served
    if board is not None and board.token_required:
        look.left_out.append(
            f"{board.client.root}: nothing that it serves could be compared, because {board.problem}. Give --url the "
            "whole address that the board's terminal prints, with ?token=… at its end."
        )
    elif board is not None and board.unanswered:
        asked = ", ".join(dict.fromkeys(board.unanswered))
        look.left_out.append(f"{board.client.root}: no answer, or none that can be read, to {asked}.")
    return iter(())


CHECKS = (facts, habits, outdated)
