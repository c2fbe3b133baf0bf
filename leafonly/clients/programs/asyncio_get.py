import asyncio
import platform
import ssl
import sys
import urllib.parse


async def visit(trust: str, urls: list[str]) -> None:
    context = ssl.create_default_context(cafile=None if trust == "native" else trust)
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
        writer.write(
            f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        print((await reader.read()).decode())
        writer.close()


if sys.argv[1:] == ["--version"]:
    print(f"Python {platform.python_version()}")
    print(ssl.OPENSSL_VERSION)
else:
    asyncio.run(visit(sys.argv[1], sys.argv[2:]))
