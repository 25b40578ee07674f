"""Codes of the stage `environment`."""

from lightboard.doctor.codes.code import Code

ENVIRONMENT = (
    Code(
        "tensorboard_twice",
        "environment",
        "hides",
        "TensorBoard is installed more than once",
        "tensorboard beside tb-nightly, conda's beside pip's, or what pip left of an older one (a folder that begins "
        "with ~). Their files lie in one folder, or both announce the same plugins.",
        'TensorBoard does not start ("Duplicate plugins for name projector"), or runs with files of both. Lightboard '
        "does not need it.",
        "pip uninstall -y tensorboard tb-nightly, until it finds none; remove left-overs that begin with ~; then "
        "pip install tensorboard.",
        rows=("S10",),
    ),
    Code(
        "packages_do_not_fit",
        "environment",
        "hides",
        "TensorBoard does not work with another package",
        "A package was upgraded beyond what this version of TensorBoard was written for.",
        "TensorBoard, and with it torch.utils.tensorboard, ends with an error when it is imported. Lightboard, which "
        "needs none of these packages but NumPy, works.",
        "pip install --upgrade tensorboard.",
        rows=("S11",),
    ),
    Code(
        "tensorboard_plugin_fails",
        "environment",
        "hides",
        "A plugin keeps TensorBoard from starting",
        "TensorBoard loads all plugins that installed packages announce; an error in one ends it.",
        "TensorBoard does not start. Lightboard has nothing to do with its plugins.",
        "Uninstall or upgrade the package that the plugin belongs to: pip uninstall NAME.",
        rows=("S12",),
    ),
    Code(
        "tensorboard_plugin_slow",
        "environment",
        "note",
        "A plugin that takes long to load",
        "TensorBoard loads all plugins that installed packages announce before it shows anything.",
        "TensorBoard starts late. Lightboard has nothing to do with its plugins.",
        "Uninstall the package that the plugin belongs to, or run TensorBoard in an environment of its own.",
        rows=("S12",),
    ),
    Code(
        "lightboard_versions_differ",
        "environment",
        "note",
        "Lightboard is installed in parts",
        "The Python files and the compiled core are of different versions: an installation was broken off, or two "
        "were made into one folder.",
        "Commands may fail with errors that make no sense.",
        "pip install --force-reinstall lightboard.",
    ),
)
