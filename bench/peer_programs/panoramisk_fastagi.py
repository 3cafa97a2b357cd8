"""panoramisk: one event loop for all calls."""

import asyncio

from panoramisk.fast_agi import Application
from reception import Calls, Reception

reception = Reception.from_arguments()
calls = Calls(reception.database)


async def serve(request) -> None:
    async def get(name: str) -> str:
        return (await request.send_command(f"GET VARIABLE {name}")).get("result", ("", ""))[1]

    await request.send_command("ANSWER")
    calls.note(request.headers["agi_uniqueid"], request.headers["agi_callerid"])
    while True:
        prompts = f"KEY,{reception.prompts},1,,1,{reception.first_key_s:g}"
        answer = await request.send_command(f'EXEC Read "{prompts}"')
        if answer.get("status_code") != 200 or await get("READSTATUS") in ("HANGUP", ""):
            return
        if await get("KEY") == "3":
            await request.send_command(f'EXEC Playback "{reception.message}"')


async def main() -> None:
    application = Application(loop=asyncio.get_running_loop())
    application.add_route("reception", serve)
    server = await asyncio.start_server(application.handler, "127.0.0.1", reception.port)
    await server.serve_forever()


asyncio.run(main())
