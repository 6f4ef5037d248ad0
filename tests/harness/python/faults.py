"""What can go wrong between a client and a service, brought about on purpose.

`POST /_proxy/faults` takes a JSON list that replaces all faults. Each is an object:
  service, op   whose calls it strikes, as the log names them; a trailing `*` of `op` stands for the rest of a path
  after         it sleeps until a call of this operation has succeeded
  times         how many calls it strikes; all of them without it
  kind          what it does:
    error       the service refuses with the error `code`, a `message` and the HTTP `status`, in its own protocol
    page        something else answers: a web page with this `status`
    silent      no answer comes, until the client gives up
    slow        the answer comes `seconds` late
    lost        the connection is reset, and the service never hears of the call
    unanswered  the service does what it is asked for, and the connection is reset
    cut         the connection ends in the middle of the answer
    stale       the client gets the answer again that it got the last time that it asked the same
    repeated    every page of a listing names another one, with the same token
"""
import asyncio
import json
import socket
import struct

import aws_wire

PAGE = b"<html><head><title>Not here</title></head><body><h1>Something else answered</h1></body></html>"


class Fault:
    def __init__(self, service, op, kind, after=None, times=None, **details):
        self.service, self.op, self.kind, self.after, self.left, self.details = service, op, kind, after, times, details

    def is_about(self, service, op):
        return service == self.service and (op == self.op or self.op.endswith("*") and op.startswith(self.op[:-1]))

    def strikes(self, service, op):
        return not self.after and self.left != 0 and self.is_about(service, op)

    def strike(self):
        self.left = self.left and self.left - 1
        return self

    def hear(self, op, status):
        """A call has ended: one that this fault waited for?"""
        if op == self.after and status < 400:
            self.after = None


class Faults:
    """The faults of a proxy, and what it has to remember for them."""

    def __init__(self):
        self.faults = []
        self.answers = {}  # question -> its latest answer

    def replace(self, body):
        self.faults = [Fault(**fault) for fault in json.loads(body)]

    def of(self, service, op, question):
        """The fault that strikes this call, if one does. Nothing is stale that was never read before."""
        return next((fault.strike() for fault in self.faults if fault.strikes(service, op)
                     and (fault.kind != "stale" or question in self.answers)), None)

    def hear(self, op, status):
        for fault in self.faults:
            fault.hear(op, status)

    async def answer(self, fault, question, forward, reader):
        """(head, body) of the answer to a question of `reader`'s client under a fault, and None where there is
        none: the connection is to be reset. `forward` asks the service."""
        kind, details = (fault.kind, fault.details) if fault else (None, {})
        if kind == "silent":
            await reader.read(1)  # the end, once the client gives up
        if kind in ("silent", "lost"):
            return None
        if kind == "error":
            return aws_wire.error_answer(fault.service, **details)
        if kind == "page":
            return f"HTTP/1.1 {details['status']} -\r\nContent-Type: text/html".encode(), PAGE
        if kind == "stale":
            return self.answers[question]
        if kind == "slow":
            await asyncio.sleep(details["seconds"])
        head, body = await forward()
        if kind == "repeated":
            body = aws_wire.with_another_page(fault.service, body)
        elif self.faults and int(head[9:12]) < 400:
            self.answers[question] = head, body
        return None if kind == "unanswered" else (head, body)


def end(writer, abruptly):
    """Ends a connection: with a reset, or as a server does that has said all that it had to say."""
    if abruptly:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()
