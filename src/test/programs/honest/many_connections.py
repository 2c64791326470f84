# reason: completed
# stdout: 2500 400
# tiers: namespaces
# Many sockets beside much memory are not too much.
import asyncio
import time


async def main() -> int:
    async def echo(reader, writer):
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)

    async def ask() -> int:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"x" * 50)
        got = await reader.read()
        writer.close()
        return len(got)

    return sum(await asyncio.gather(*(ask() for _ in range(50))))


held = bytearray(400 << 20)
held[:: 1 << 12] = b"x" * (len(held) >> 12)
answers = asyncio.run(main())
time.sleep(0.3)
print(answers, len(held) >> 20)
