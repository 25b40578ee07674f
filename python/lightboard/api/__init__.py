"""Stage api: the HTTP interface of spec/api.md, a plain ASGI application over the index."""
