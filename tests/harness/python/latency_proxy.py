#!/usr/bin/env python3
"""Recording proxy: makes a loopback AWS emulator feel like a remote AWS endpoint, and notes each call.

    client -> latency_proxy (adds latency, throttles, logs) -> emulator, CloudReactor double

A plain HTTP/1.1 reverse proxy on the standard library. Each request
  * is recognised: service, operation, region and access key, from the SigV4 header, `Action=` or X-Amz-Target,
  * is refused with an AWS-format throttling error when a rate is exceeded (per account and region),
  * is answered later than its upstream answered (the latency stands for the round trip and the service's time),
  * can find asynchronous work unfinished for a while (--settle-*), since emulators finish at once,
  * goes wrong where a fault was asked for (faults.py),
  * leaves a JSON line in the log before its answer goes out: t_start, t_end, service, op, region, account, about,
    status (0 where no answer went out), throttled, fault, conn. `about` is the account that the call is about: an
    AssumeRole is made in one account and is about the role's. `conn` numbers the client's TCP connections (each a TLS handshake on the real thing).

`POST /_proxy/kill/PID/N/MOMENT` has the process killed (SIGKILL) whose N-th call from then on comes in: at the MOMENT
`lost` before the call is passed on, at `unanswered` when it was carried out and the answer is still to come.

It passes on the client's Host header, which its signature covers. It listens on a free loopback port, prints its
URL, and ends when its standard input does.
"""
import argparse
import asyncio
import json
import os
import re
import signal
import time

import aws_wire
import faults
import lifeline

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.I)
HOP_BY_HOP = (b"connection:", b"transfer-encoding:", b"content-length:", b"keep-alive:", b"expect:")
LARGEST_HEAD = 2 ** 20


class Bucket:
    """Token bucket: `rate` tokens a second, at most `burst` saved up."""

    def __init__(self, rate, burst):
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, time.monotonic()

    def take(self):
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


async def read_head(reader):
    return (await reader.readuntil(b"\r\n\r\n"))[:-4]


async def read_body(reader, head):
    """The body that `head` announces, by chunks or by length."""
    if b"\r\ntransfer-encoding: chunked" in head.lower():
        body = bytearray()
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
        return bytes(body)
    found = LENGTH.search(head)
    return await reader.readexactly(int(found.group(1))) if found else b""


def plain(head):
    """`head` without the headers that belong to one hop."""
    return b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(HOP_BY_HOP))


class Killer:
    """Kills a client at one of its calls."""

    def __init__(self):
        self.process, self.left, self.moment = 0, 0, ""

    def arm(self, head):
        _, _, _, process, left, self.moment = head.split(b" ", 2)[1].decode().split("/")
        self.process, self.left = int(process), int(left)

    def is_deadly(self):
        """Whether this call is the one."""
        self.left -= 1
        return self.left == 0

    def strike(self, moment):
        if moment == self.moment:
            os.kill(self.process, signal.SIGKILL)
            raise ConnectionAbortedError


class Proxy:
    def __init__(self, opt):
        self.opt, self.log, self.conns = opt, open(opt.log, "a", buffering=1, encoding="utf-8"), 0
        self.links = {}  # upstream -> idle (reader, writer)s
        self.buckets = {}  # (rate's name, account, region) -> its bucket
        self.killer, self.faults = Killer(), faults.Faults()
        self.accounts = {}  # access key handed out by AssumeRole -> its account
        self.settling = aws_wire.Settling(opt.settle_changeset, opt.settle_stack)

    def admit(self, service, op, account, region):
        """Takes a token from each rate that applies; False when one has none left."""
        rates = [name for name in (service, f"{service}:{op}") if name in self.opt.rate]
        return all(self.buckets.setdefault((name, account, region), Bucket(*self.opt.rate[name])).take()
                   for name in rates)

    async def forward(self, upstream, head, body):
        """One exchange with the upstream over a kept-alive link; an idle link it had closed is replaced."""
        data = plain(head) + b"\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n%b" % (len(body), body)
        idle = self.links.setdefault(upstream, [])
        while True:
            reused = bool(idle)
            reader, writer = idle.pop() if reused else await asyncio.open_connection(*upstream, limit=LARGEST_HEAD)
            try:
                writer.write(data)
                answer = await read_head(reader)
                empty = head.startswith(b"HEAD ") or answer[9:12] in (b"204", b"304")
                content = b"" if empty else await read_body(reader, answer)
            except (ConnectionError, asyncio.IncompleteReadError):
                writer.close()
                if reused:
                    continue
                return b"HTTP/1.1 502 Bad Gateway", b""
            if b"\r\nconnection: close" in answer.lower():
                writer.close()
            else:
                idle.append((reader, writer))
            return answer, content

    async def answer(self, head, body, conn, first, reader):
        """The whole answer to one request, late, perhaps cut short, and whether the connection is good for another;
        no answer where there is none. Logs the call."""
        started, at = time.monotonic(), time.time()
        service, op, region, key, params = aws_wire.describe(head, body)
        account, opt, deadly = self.accounts.get(key, key), self.opt, self.killer.is_deadly()
        about = params["RoleArn"].split(":")[4] if op == "AssumeRole" else account
        if deadly:
            self.killer.strike("lost")
        question = aws_wire.question(op, params, head, body)
        fault = self.faults.of(service, op, question)
        kind = fault and fault.kind
        rest = opt.rest if service == "cloudreactor" else opt.upstream
        if allowed := self.admit(service, op, account, region):
            answer = await self.faults.answer(fault, question, lambda: self.forward(rest, head, body), reader)
        else:
            answer = aws_wire.throttling_answer(service)
        if deadly:
            self.killer.strike("unanswered")
        rhead, rbody = answer or (b"HTTP/1.1 000", b"")
        status = int(rhead[9:12])
        if op == "AssumeRole" and (made := aws_wire.ACCESS_KEY_ID.search(rbody)):
            self.accounts[made.group(1).decode()] = about
        if service == "cloudformation" and 0 < status < 400 and kind != "page" and (opt.settle_changeset or opt.settle_stack):
            rbody = self.settling.rewrite(op, params, (account, region), rbody)
        if not fault:
            self.faults.hear(op, status)
        await asyncio.sleep((opt.latency + (opt.connect_latency if first else 0)) / 1000)
        self.log.write(json.dumps({
            "t_start": round(at, 6), "t_end": round(at + time.monotonic() - started, 6), "service": service, "op": op,
            "region": region, "account": account, "about": about, "status": status, "throttled": not allowed,
            "fault": kind, "conn": conn}) + "\n")
        if not answer:
            return b"", False
        length = LENGTH.search(rhead) if head.startswith(b"HEAD ") else None
        size = int(length[1]) if length else len(rbody)
        whole = b"%b\r\nContent-Length: %d\r\n\r\n%b" % (plain(rhead), size, rbody)
        return (whole[:len(whole) - len(rbody) // 2], False) if kind == "cut" else (whole, True)

    def control(self, head, body):
        """Obeys a request to the proxy itself."""
        if head.startswith(b"POST /_proxy/kill/"):
            self.killer.arm(head)
        else:
            self.faults.replace(body)

    async def client(self, reader, writer):
        self.conns += 1
        conn, first = self.conns, True
        try:
            while True:
                head = await read_head(reader)
                if b"\r\nexpect: 100-continue" in head.lower():
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await read_body(reader, head)
                if head.startswith(b"POST /_proxy/"):
                    self.control(head, body)
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                    continue
                answer, is_good = await self.answer(head, body, conn, first, reader)
                first = False
                writer.write(answer)
                if not is_good:
                    return faults.end(writer, abruptly=not answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()


def options():
    def address(text):
        return text.rpartition(":")[0], int(text.rpartition(":")[2])

    def rate(text):
        name, _, number = text.rpartition("=")
        return name, [float(part) for part in (number.split("/") * 2)[:2]]

    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--upstream", type=address, required=True, help="HOST:PORT of the emulator")
    ap.add_argument("--rest", type=address, required=True, help="HOST:PORT for /auth/ and /api/v1/ (CloudReactor)")
    ap.add_argument("--log", required=True, help="file that takes a JSON line for each call")
    ap.add_argument("--latency", type=float, default=0, help="ms added to each call")
    ap.add_argument("--connect-latency", type=float, default=0, help="ms added to a connection's first call")
    ap.add_argument("--settle-changeset", type=float, default=0, help="s until a change set reads as done")
    ap.add_argument("--settle-stack", type=float, default=0, help="s until a stack operation reads as done")
    ap.add_argument("--rate", type=rate, action="append", default=[], metavar="SERVICE[:OP]=RATE[/BURST]",
                    help="calls a second that are let through, per account and region")
    opt = ap.parse_args()
    opt.rate = dict(opt.rate)
    return opt


async def main(opt):
    server = await asyncio.start_server(Proxy(opt).client, "127.0.0.1", 0, backlog=1024, limit=LARGEST_HEAD)
    print("http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    lifeline.hold()
    asyncio.run(main(options()))
