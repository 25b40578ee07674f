"""What axe finds wrong on a page."""

from pathlib import Path

from board.browser import OpenBoard

AXE = Path(__file__).parents[2] / "board" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 at level AA, and what axe's authors hold to be good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EXPERIMENTAL = {"label-content-name-mismatch": {"enabled": True}}


def complaints_of_axe(opened: OpenBoard) -> list[str]:
    """Rule, place and reason of each thing that axe finds wrong on the page as it is now."""
    opened.page.evaluate(AXE.read_text())
    return opened.page.evaluate(  # type: ignore[no-any-return]
        """async ({ values, rules }) => {
          const { violations } = await axe.run(document, { runOnly: { type: "tag", values }, rules });
          return violations.flatMap(({ id, nodes }) =>
            nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
        }""",
        {"values": RULES, "rules": EXPERIMENTAL},
    )
