"""`lightboard patch`: has every program of this Python environment log with Lightboard's writer, with no edit."""

import os
import sys
import sysconfig
from pathlib import Path

import click

# Python runs lines of such files that begin with "import" at each start: this one costs a look at a name per import
# until torch's module is imported, and nothing of Lightboard before.
HOOK = '''\
"""Written by `lightboard patch`; `lightboard patch --undo` removes it."""

import sys


class Finder:
    def find_spec(self, fullname, path=None, target=None):
        if fullname != "torch.utils.tensorboard":
            return None
        sys.meta_path.remove(self)
        try:
            import lightboard.compat.torch as compat
        except ImportError:  # Lightboard was uninstalled.
            return None
        return compat._finder.find_spec(fullname, path, target)


sys.meta_path.insert(0, Finder())
'''


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--undo", is_flag=True, help="Take it back: torch's own writer is used again.")
def patch(undo: bool) -> None:
    """Have every program of this Python environment log with Lightboard's writer.

    From now on `from torch.utils.tensorboard import SummaryWriter` imports Lightboard's, with no edit to any program,
    and works without the package tensorboard. For a single program, `import lightboard.compat.torch` does the same.
    """
    folder = Path(sysconfig.get_path("purelib"))
    hook, line = folder / "_lightboard_patch.py", folder / "_lightboard_patch.pth"
    try:
        if undo:
            was = line.exists()
            for path in (line, hook):
                path.unlink(missing_ok=True)
        else:
            hook.write_text(HOOK, encoding="utf-8")
            line.write_text("import _lightboard_patch\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(
            f"expected to write to {folder}, found: {error.strerror}. Run it as the owner of this Python "
            f"environment ({sys.executable}), or import lightboard.compat.torch in the program."
        ) from error
    if not undo:
        click.echo(f"torch.utils.tensorboard is Lightboard's in programs that {sys.executable} runs.")
        click.echo(f"Written: {line}, {os.path.basename(hook)}. Take it back: lightboard patch --undo")
    elif was:
        click.echo(f"torch.utils.tensorboard is torch's own again in programs that {sys.executable} runs.")
    else:
        click.echo(f"Nothing to take back: {line} is not there.")
