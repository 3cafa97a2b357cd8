"""pyst2: a process for each call, as in its own FastAGI module, because its AGI object takes a signal handler."""

import os
import socketserver
from contextlib import suppress

from asterisk.agi import AGI, AGIException
from reception import Calls, Reception

reception = Reception.from_arguments()


class Call(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with open(os.devnull, "w") as log, self.request.makefile("rw") as stream, suppress(AGIException, OSError):
            agi = AGI(stdin=stream, stdout=stream, stderr=log)
            agi.answer()
            Calls(reception.database).note(agi.env["agi_uniqueid"], agi.env["agi_callerid"])
            while True:
                agi.appexec("Read", f"KEY,{reception.prompts},1,,1,{reception.first_key_s:g}")
                if agi.get_variable("READSTATUS") == "HANGUP":
                    return
                if agi.get_variable("KEY") == "3":
                    agi.appexec("Playback", reception.message)


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address, request_queue_size, max_children = True, 128, 1000


Server(("127.0.0.1", reception.port), Call).serve_forever()
