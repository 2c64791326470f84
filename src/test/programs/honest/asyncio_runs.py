# reason: completed
# tiers: namespaces
# stdout: [0, 1, 2] 0 hi
import asyncio


async def main():
    async def one(i):
        await asyncio.sleep(0.01)
        return i

    together = await asyncio.gather(*map(one, range(3)))
    process = await asyncio.create_subprocess_exec("echo", "hi", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    print(together, process.returncode, out.decode().strip())


asyncio.run(main())
