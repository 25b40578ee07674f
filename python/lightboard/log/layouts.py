"""Layouts of custom charts."""

from collections.abc import Mapping, Sequence

from lightboard.log.numbers import describe, plain_tag
from lightboard.log.recorder import Recorder

Chart = tuple[str, bool, list[str]]


class Layouts(Recorder):
    """Logs which charts TensorBoard's CUSTOM SCALARS page shows."""

    def add_custom_scalars(self, layout: Mapping[str, Mapping[str, Sequence[object]]]) -> None:
        """Log a layout of custom charts, in place of any that was logged before.

        Written as a string tensor of the plugin `custom_scalars`, under `custom_scalars__config__`, at step 0
        (spec/events.md, Writing).

        Args:
            layout: Category to charts; a chart's title to its kind and its tags, as in
                `{"Losses": {"all": ["Multiline", ["loss/.*"]], "band": ["Margin", ["loss", "low", "high"]]}}`.
                `"Margin"` takes three tags: value, lower and upper bound. Any other kind is a chart of all scalars
                whose tag begins with a match of one of the regular expressions.

        Raises:
            TypeError: It is not of this form.
            ValueError: A margin chart has not three tags; a text cannot be stored as UTF-8.
            OSError: With `on_error="raise"`, earlier records could not be written.
        """
        if not isinstance(layout, Mapping):
            raise TypeError(f"layout: expected a dict of categories, found {describe(layout)}.")
        categories = [
            (plain_tag(category, "category"), _charts(charts, f"layout[{category!r:.200}]"))
            for category, charts in layout.items()
        ]
        wall_time = self._steps.wall_time
        self._record(None, lambda core, file: core.add_layout(file, categories, wall_time))

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Log a layout that is one chart of several scalars: see `add_custom_scalars`.

        Args:
            tags: Regular expressions; shown is every scalar whose tag begins with a match of one of them.
            category: The title above the chart.
            title: The title of the chart.

        Raises:
            TypeError, ValueError, OSError: As for `add_custom_scalars`.
        """
        self._add_chart(category, title, ["Multiline", tags])

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Log a layout that is one scalar between two others: see `add_custom_scalars`.

        Args:
            tags: Three tags: value, lower bound, upper bound.
            category: The title above the chart.
            title: The title of the chart.

        Raises:
            TypeError, ValueError, OSError: As for `add_custom_scalars`.
        """
        self._add_chart(category, title, ["Margin", tags])

    def _add_chart(self, category: str, title: str, chart: Sequence[object]) -> None:
        self.add_custom_scalars({plain_tag(category, "category"): {plain_tag(title, "title"): chart}})


def _charts(charts: object, what: str) -> list[Chart]:
    if not isinstance(charts, Mapping):
        raise TypeError(f"{what}: expected a dict of charts, found {describe(charts)}.")
    return [_chart(title, chart, f"{what}[{title!r:.200}]") for title, chart in charts.items()]


def _chart(title: object, chart: object, what: str) -> Chart:
    if not isinstance(chart, Sequence) or isinstance(chart, str) or len(chart) < 2:
        raise TypeError(f"{what}: expected a list of the chart's kind and its tags, found {describe(chart)}.")
    kind, tags = chart[0], chart[1]
    if isinstance(tags, str) or not isinstance(tags, Sequence):
        raise TypeError(f"{what}: expected a list of tags, found {describe(tags)}.")
    is_margin = kind == "Margin"
    if is_margin and len(tags) != 3:
        raise ValueError(f"{what}: expected three tags (value, lower and upper bound), found {len(tags)}.")
    return plain_tag(title, "title"), is_margin, [plain_tag(tag, f"tag of {what}") for tag in tags]
