import asyncio
import ssl
import sys

import aiohttp


async def visit(trust: str, urls: list[str]) -> None:
    verify = True if trust == "native" else ssl.create_default_context(cafile=trust)
    connector = aiohttp.TCPConnector(ssl=verify)
    async with aiohttp.ClientSession(connector=connector) as session:
        for url in urls:
            async with session.get(url) as response:
                print(await response.text())


if sys.argv[1:] == ["--version"]:
    print(f"aiohttp {aiohttp.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    asyncio.run(visit(sys.argv[1], sys.argv[2:]))
