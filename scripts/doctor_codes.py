"""Writes the catalogue of the doctor's codes into spec/doctor.md."""

from itertools import groupby
from pathlib import Path

from lightboard.doctor.codes import CODES

SPEC = Path(__file__).parent.parent / "spec" / "doctor.md"
BEGIN, END = "<!-- codes -->\n", "<!-- end of codes -->\n"


def table() -> str:
    """Return the codes as Markdown, stage by stage."""
    lines = []
    for stage, codes in groupby(CODES.values(), key=lambda code: code.stage):
        lines += [f"### {stage}", ""]
        for code in codes:
            lines += [
                f"**`{code.code}`** ({code.severity}) {code.title}. {code.meaning}",
                f"*Consequence:* {code.consequence}",
                f"*Remedy:* {code.remedy}",
                "",
            ]
    return "\n".join(lines)


def main() -> None:
    """Write the table where the old one stands."""
    before, _, rest = SPEC.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    SPEC.write_text(f"{before}{BEGIN}{table()}{END}{after}")


if __name__ == "__main__":
    main()
