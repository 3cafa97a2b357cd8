"""ARI by aiohttp: one event loop, a WebSocket for events, and an HTTP request for each command."""

import asyncio

import aiohttp
from reception import Calls, Reception

APPLICATION = USER = PASSWORD = "bench"
reception = Reception.from_arguments()
calls = Calls(reception.database)
root = f"http://127.0.0.1:{reception.port}/ari"
prompts = ",".join(f"sound:{prompt}" for prompt in reception.prompts.split("&"))


class Call:
    """One call: what is played to it, and the time for the first key after that."""

    def __init__(self, session: aiohttp.ClientSession, channel: str) -> None:
        self._session, self._channel = session, channel
        self._playing, self._waiting = "", None

    async def begin(self, line: str) -> None:
        await self._send("POST", f"/channels/{self._channel}/answer")
        calls.note(self._channel, line)
        await self._play(prompts)

    async def press(self, key: str) -> None:
        if key == "3":
            await self._send("DELETE", f"/playbacks/{self._playing}")
            await self._play(f"sound:{reception.message}")

    def has_played(self, playback: str) -> None:
        if playback == self._playing:
            self._waiting = asyncio.create_task(self._play_again())

    def end(self) -> None:
        if self._waiting:
            self._waiting.cancel()

    async def _play_again(self) -> None:
        await asyncio.sleep(reception.first_key_s)
        self._waiting = None
        await self._play(prompts)

    async def _play(self, media: str) -> None:
        self.end()
        async with self._session.post(f"{root}/channels/{self._channel}/play", params={"media": media}) as answer:
            if answer.status == 201:
                self._playing = (await answer.json())["id"]

    async def _send(self, method: str, path: str) -> None:
        async with self._session.request(method, root + path) as answer:
            await answer.read()


async def main() -> None:
    active: dict[str, Call] = {}
    tasks: set[asyncio.Task[None]] = set()

    def start(work) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async with (
        aiohttp.ClientSession(auth=aiohttp.BasicAuth(USER, PASSWORD)) as session,
        session.ws_connect(f"{root}/events", params={"app": APPLICATION}) as events,
    ):
        async for message in events:
            event = message.json()
            if event["type"] == "StasisStart":
                channel = event["channel"]
                call = active[channel["id"]] = Call(session, channel["id"])
                start(call.begin(channel["caller"]["number"]))
            elif event["type"] == "ChannelDtmfReceived" and (call := active.get(event["channel"]["id"])):
                start(call.press(event["digit"]))
            elif event["type"] == "PlaybackFinished":
                playback = event["playback"]
                if call := active.get(playback["target_uri"].removeprefix("channel:")):
                    call.has_played(playback["id"])
            elif event["type"] == "StasisEnd" and (call := active.pop(event["channel"]["id"], None)):
                call.end()


asyncio.run(main())
