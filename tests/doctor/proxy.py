"""A reverse proxy, as people put before a board: a program.

`python proxy.py PORT OUTER INNER METHODS` passes requests below the path OUTER on to 127.0.0.1:PORT, where they come
below INNER; other paths it does not know, nor other METHODS than those listed with commas.
"""

import asyncio
import sys

REFUSALS = {404: b"HTTP/1.1 404 Not Found", 405: b"HTTP/1.1 405 Method Not Allowed"}


async def main(port: int, outer: str, inner: str, methods: list[str]) -> None:
    """Listen on a free port, say which, and serve."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        status = 404 if not path.startswith(outer) else 405 if method not in methods else 0
        if status:
            writer.write(REFUSALS[status] + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            fields = [line for line in head.split("\r\n")[1:] if not line.lower().startswith("connection:")]
            lengths = [
                int(line.split(":")[1]) for line in fields if line.lower().startswith("content-length:")
            ]
            body = await reader.readexactly(sum(lengths))
            line = f"{method} {inner}{path.removeprefix(outer)} HTTP/1.1\r\nConnection: close\r\n"
            back, forth = await asyncio.open_connection("127.0.0.1", port)
            forth.write((line + "\r\n".join(fields)).encode("latin-1") + body)
            writer.write(await back.read())
            forth.close()
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].split(",")))
