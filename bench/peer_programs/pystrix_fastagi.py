"""pystrix: a thread for each call."""

from contextlib import suppress

from pystrix.agi import FastAGIServer, core
from pystrix.agi.agi_core import AGIException
from reception import Calls, Reception

reception = Reception.from_arguments()
calls = Calls(reception.database)


def serve(agi, args, kwargs, match, path) -> None:
    with suppress(AGIException, OSError):
        environment = agi.get_environment()
        agi.execute(core.Answer())
        calls.note(environment["agi_uniqueid"], environment["agi_callerid"])
        while True:
            agi.execute(core.Exec("Read", ("KEY", reception.prompts, 1, "", 1, f"{reception.first_key_s:g}")))
            if agi.execute(core.GetVariable("READSTATUS")) == "HANGUP":
                return
            if agi.execute(core.GetVariable("KEY")) == "3":
                agi.execute(core.Exec("Playback", (reception.message,)))


server = FastAGIServer("127.0.0.1", reception.port)
server.register_script_handler(None, serve)
server.serve_forever()
