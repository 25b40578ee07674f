"""A plain HTML page, for what must be said when the board cannot say it."""

import html

from starlette.responses import HTMLResponse


def page(title: str, text: str, *, status: int = 200, head: str = "") -> HTMLResponse:
    """Answer with `text`, whose paragraphs are separated by empty lines; both texts are escaped, `head` is not."""
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    return HTMLResponse(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=color-scheme content='light dark'>"
        # No icon: asking for one would be one more request that may be refused.
        "<link rel=icon href='data:,'>"
        f"<meta name=viewport content='width=device-width'><title>{html.escape(title)}</title>{head}</head>"
        f"<body><h1>{html.escape(title)}</h1>{paragraphs}</body></html>",
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )
