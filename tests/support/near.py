# SPDX-License-Identifier: GPL-2.0-or-later
"""near - a near end that does what no near end should: for tests of serve

It is written from the protocol's description, with another library, so what
both agree on is the protocol. Each test is a function; it says what went
wrong, and then the exit status is 1.
"""
import hashlib
import json
import os
import socket
import struct
import sys
import time
import traceback

HOST, PORT, KEY_FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def key():
    with open(KEY_FILE, "rb") as file:
        said = file.read().rstrip(b"\r\n")
    return hashlib.blake2b(said, key=b"kiloflow 1 key\0", digest_size=32).digest()


def mac(secret, domain, *parts):
    digest = hashlib.blake2b(key=secret, digest_size=32)
    digest.update(domain + b"\0")
    for part in parts:
        digest.update(part)
    return digest.digest()


class Control:
    def __init__(self):
        self.socket = socket.create_connection((HOST, PORT), timeout=10)
        self.file = self.socket.makefile("rb")

    def say(self, kind, **fields):
        self.raw(json.dumps({"type": kind, **fields}).encode() + b"\n")

    def raw(self, data):
        self.socket.sendall(data)

    def hear(self):
        line = self.file.readline()
        return json.loads(line) if line else None

    def hear_until(self, kind):
        while True:
            message = self.hear()
            if not message or message["type"] == kind:
                return message

    def challenge(self):
        self.nonce = os.urandom(32)
        self.say("hello", version=1, nonce=self.nonce.hex())
        self.far = bytes.fromhex(self.hear()["nonce"])

    def prove(self, secret=None):
        secret = secret or key()
        self.say("proof", mac=mac(secret, b"kiloflow 1 near", self.nonce, self.far).hex())
        return self.hear()

    def session(self, **plan):
        self.challenge()
        welcome = self.prove()
        assert bytes.fromhex(welcome["mac"]) == mac(key(), b"kiloflow 1 far", self.nonce, self.far)
        self.key = mac(key(), b"kiloflow 1 session", self.nonce, self.far)
        fields = dict(flows=4, burst=4, backlog=128, direction=1, accept=0, accept_per_s=0,
                      bytes_per_flow=1000, time_ns=1000000000)
        fields.update(plan)
        self.say("plan", **fields)
        return self.hear()

    def header(self, index, key=None):
        said = b"kiloflow 1 flow\0" + struct.pack("<Q", index)
        token = hashlib.blake2b(said, key=key or self.key, digest_size=16).digest()
        return b"kflo" + struct.pack(">HHQ", 1, 0, index) + token

    def flow(self, header):
        flow = socket.create_connection((HOST, self.port), timeout=10)
        flow.sendall(header)
        return flow

    def wave(self, n=4):
        self.say("wave", n=n)
        assert self.hear()["type"] == "wave"


def silent(control, what):
    """It is closed, and not one byte was said."""
    control.socket.settimeout(10)
    try:
        said = control.file.read()
    except ConnectionResetError:
        said = b""
    assert said == b"", f"{what}: it said {said[:80]}"


def garbage():
    for what in (b"\n", b"{}\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 200 + b"\n", b"[" * 200 + b"\n",
                 b'{"type":"go"}\n', b'{"type":"proof","mac":"' + b"0" * 64 + b'"}\n',
                 b'{"type":"hello","version":1,"nonce":"00"}\n'):
        control = Control()
        control.raw(what)
        silent(control, what)


def endless_line():
    control = Control()
    try:
        for _ in range(1000):
            control.raw(b"a" * 1000)
    except (BrokenPipeError, ConnectionResetError):
        return
    silent(control, "a line of a megabyte")


def wrong_key():
    control = Control()
    control.challenge()
    assert control.prove(b"\0" * 32) is None, "a wrong key was answered"


def replay():
    """A proof is worth nothing with another nonce, nor is a far end's own."""
    first = Control()
    first.challenge()
    proof = mac(key(), b"kiloflow 1 near", first.nonce, first.far).hex()
    welcome = first.prove()
    for said in (proof, welcome["mac"]):
        again = Control()
        again.say("hello", version=1, nonce=first.nonce.hex())
        again.hear()
        again.say("proof", mac=said)
        assert again.hear() is None, "what was said once was believed again"


def half_open():
    """Those who only wait keep nobody out, and are not waited for."""
    waiting = [Control() for _ in range(150)]
    control = Control()
    assert control.session()["type"] == "ready"
    for other in waiting:
        other.socket.close()


def slow_loris():
    """A byte now and then is no reason to wait longer."""
    control = Control()
    began = time.monotonic()
    try:
        while time.monotonic() - began < 12:
            control.raw(b" ")
            time.sleep(0.3)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert time.monotonic() - began < 9, "it waited for more than its deadline"


def disconnects():
    """At every state."""
    def at(state):
        control = Control()
        if state == 0:
            return
        control.challenge()
        if state == 1:
            return
        if state == 2:
            control.prove()
            return
        control = Control()
        control.port = control.session()["port"]
        flows = []
        if state >= 4:
            control.wave()
        if state >= 5:
            flows = [control.flow(control.header(i)) for i in range(4)]
        if state >= 6:
            control.say("connected", n=4)
            assert control.hear()["type"] == "opened"
        if state >= 7:
            control.say("go")
            flows[0].sendall(b"x" * 500)
        if state >= 8:
            control.say("done")
        for flow in flows:
            flow.close()
    for state in range(9):
        at(state)


def headers():
    """One of each flow, of this session, and whole."""
    control = Control()
    control.port = control.session()["port"]
    control.wave()
    other = Control()
    other.session()
    flows = [control.flow(control.header(i)) for i in (0, 1)]
    strangers = [
        control.flow(control.header(0)),              # it is there already
        control.flow(control.header(4)),              # there are four
        control.flow(control.header(2, other.key)),   # of another session
        control.flow(b"GET / HTTP/1.1\r\nHost: far.example\r\n\r\n"),
        control.flow(b"\0" * 32),
    ]
    slow = control.flow(control.header(2)[:31])
    control.say("connected", n=4)
    for stranger in strangers:
        try:
            assert stranger.recv(1) == b"", "a stranger was answered"
        except ConnectionResetError:
            pass
    slow.sendall(control.header(2)[31:])
    while control.hear()["n"] < 3:
        pass
    control.say("go")
    for flow in flows + [slow]:
        flow.sendall(b"x" * 968)
        flow.shutdown(socket.SHUT_WR)
        assert flow.recv(1) == b""
    control.say("done")
    rows = control.hear_until("flows")["rows"]
    assert [row[5] for row in rows] == [1000, 1000, 1000, 0], rows
    assert [row[1] for row in rows] == [0, 0, 0, 5], rows  # the fourth is a ghost
    assert control.hear_until("end")["type"] == "end"


def refusals():
    for plan in (dict(flows=10000000), dict(burst=5), dict(direction=0), dict(flows="4"),
                 dict(accept=2), dict(flows=-1), dict(time_ns=1.5)):
        control = Control()
        assert control.session(**plan) is None, plan
    control = Control()
    assert control.session(flows=1000001, burst=1)["resource"] == "--max-flows"
    control = Control()
    assert control.session(bytes_per_flow=1 << 50)["resource"] == "--max-bytes"
    control = Control()
    assert control.session(bytes_per_flow=0, time_ns=10**15)["resource"] == "--max-time (ms)"


def out_of_turn():
    for what in ("hello", "proof", "ready", "connected", "done"):
        control = Control()
        control.port = control.session()["port"]
        control.say(what, n=4, version=1, nonce="0" * 64, mac="0" * 64, port=1)
        assert control.hear() is None, what


for name in sys.argv[4:]:
    try:
        globals()[name]()
    except Exception as error:
        traceback.print_exc()
        sys.exit(f"{name}: {type(error).__name__}: {error}")
