"""A second implementation of what docs/protocol.md says, as much of it as the tests need to look behind the command line:
keyrings, receipts, the key log, envelopes, and the reviewer's and admin's calls. Written from that page, with libsodium's
own functions and Python's library, and sharing nothing with crypto/.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import http.client
import json
import os
import ssl
import time
import zlib

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
assert _sodium.sodium_init() >= 0

ENVELOPE = 8192
b64e = lambda data: base64.b64encode(data).decode()
b64d = lambda text: base64.b64decode(text, validate=True)


# --- section 3 --------------------------------------------------------------------------------------------------------

def H(size, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def HK(key, *parts):
    return hashlib.blake2b(b"".join(parts), key=key, digest_size=32).digest()


def kdf(key, i, context):
    return hashlib.blake2b(b"", key=key, salt=i.to_bytes(8, "little") + bytes(8), person=context.encode() + bytes(8),
                           digest_size=32).digest()


def be(n, size=4):
    return n.to_bytes(size, "big")


def argon2id(secret, salt, passes, kib):
    out = ctypes.create_string_buffer(32)
    status = _sodium.crypto_pwhash(out, ctypes.c_ulonglong(32), secret, ctypes.c_ulonglong(len(secret)), salt,
                                   ctypes.c_ulonglong(passes), ctypes.c_size_t(kib * 1024), 2)
    assert status == 0
    return out.raw


def aead_open(key, nonce, ad, sealed):
    out = ctypes.create_string_buffer(max(len(sealed) - 16, 1))
    status = _sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, sealed, ctypes.c_ulonglong(len(sealed)), ad, ctypes.c_ulonglong(len(ad)), nonce, key)
    return out.raw[: len(sealed) - 16] if status == 0 else None


def aead_seal(key, nonce, ad, plain):
    out = ctypes.create_string_buffer(len(plain) + 16)
    _sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(out, None, plain, ctypes.c_ulonglong(len(plain)), ad,
                                                       ctypes.c_ulonglong(len(ad)), None, nonce, key)
    return out.raw


def unpad(block):
    stripped = block.rstrip(b"\0")
    assert stripped.endswith(b"\x80")
    return stripped[:-1]


def sign_key_pair(seed):
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    _sodium.crypto_sign_seed_keypair(public, secret, seed)
    return public.raw, secret.raw


def sign_raw(secret, message):
    out = ctypes.create_string_buffer(64)
    _sodium.crypto_sign_detached(out, None, message, ctypes.c_ulonglong(len(message)), secret)
    return out.raw


def verifies(public, signature, message):
    return _sodium.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), public) == 0


def tagged(tag, org, *payload):
    return bytes([len(tag)]) + tag.encode() + org + b"".join(payload)


def box_key_pair(seed):
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    _sodium.crypto_box_seed_keypair(public, secret, seed)
    return public.raw, secret.raw


def seal_open(sealed, pair):
    out = ctypes.create_string_buffer(len(sealed) - 48)
    status = _sodium.crypto_box_seal_open(out, sealed, ctypes.c_ulonglong(len(sealed)), pair[0], pair[1])
    return out.raw if status == 0 else None


# --- section 4 --------------------------------------------------------------------------------------------------------

def open_keyring(path, passphrase):
    """What is in a keyring file."""
    with open(path, "rb") as file:
        raw = file.read()
    assert raw[:12] == b"CHANGGUK\x01\x01\0\0" and len(raw) in (4096, 16384, 65536, 262144, 1048576)
    key = argon2id(passphrase.encode(), raw[20:36], int.from_bytes(raw[12:16], "big"), int.from_bytes(raw[16:20], "big"))
    block = aead_open(key, raw[36:60], raw[:60], raw[60:])
    assert block is not None, "wrong passphrase"
    return json.loads(unpad(block))


def make_cheap(path, passphrase, **changed):
    """Seals a keyring anew with the least that Argon2id may cost; the program keeps to what it finds in the file. What is in
    it may be changed, a member by its name."""
    content = json.dumps(open_keyring(path, passphrase) | changed, ensure_ascii=False).encode()
    size = next(s for s in (4096, 16384, 65536) if len(content) < s - 76)
    salt, nonce = os.urandom(16), os.urandom(24)
    header = b"CHANGGUK\x01\x01\0\0" + be(1) + be(8192) + salt + nonce
    sealed = aead_seal(argon2id(passphrase.encode(), salt, 1, 8192), nonce, header, (content + b"\x80").ljust(size - 76, b"\0"))
    with open(path, "r+b") as file:
        file.truncate(0)
        file.write(header + sealed)


def intake_pair(keyring, epoch):
    """The reviewer's key pair of an epoch, or None when the ratchet has moved past it."""
    index, seed = keyring["ratchet_index"], b64d(keyring["ratchet_seed"])
    if epoch < index:
        return None
    for _ in range(index, epoch):
        seed = kdf(seed, 1, "ratchet_")
    return box_key_pair(kdf(seed, 2, "ratchet_"))


# --- section 5 --------------------------------------------------------------------------------------------------------

def key_id(name, public):
    return hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def note(text, keys):
    """A signed note; `keys` are (name, seed)."""
    lines = []
    for name, seed in keys:
        public, secret = sign_key_pair(seed)
        lines.append(f"— {name} {b64e(key_id(name, public) + sign_raw(secret, text.encode()))}\n")
    return text + "\n" + "".join(lines)


class KeyLog:
    """Reads a log that the program has verified; checks the chain all the same."""

    def __init__(self, notes):
        self.texts = [n[: n.rindex("\n\n") + 1] for n in notes]
        self.org = H(32, b"changgu/org/v1", self.texts[0].encode())
        self.epochs = {}  # number -> (JSON, hash of the statement)
        previous = bytes(32)
        for seq, text in enumerate(self.texts):
            first, number, prev, kind, body = text.split("\n", 4)
            assert (first, number) == ("changgu/statement/v1", f"seq {seq}")
            assert prev == "prev " + b64e(previous)
            previous = hashlib.sha256(text.encode()).digest()
            if kind == "type epoch":
                entry = json.loads(body)
                self.epochs[entry["epoch"]] = (entry, previous)
        self.head = previous

    def next_text(self, kind, body):
        return "\n".join(["changgu/statement/v1", f"seq {len(self.texts)}", "prev " + b64e(self.head), f"type {kind}",
                          json.dumps(body, ensure_ascii=False)]) + "\n"

    def slot(self, epoch, number):
        numbers = [r["number"] for r in self.epochs[epoch][0]["recipients"]]
        return numbers.index(number) if number in numbers else None


def prekey(keyring, org, epoch):
    public, _ = intake_pair(keyring, epoch)
    _, identity = sign_key_pair(b64d(keyring["identity"]))
    signature = sign_raw(identity, tagged("changgu/prekey/v1", org, be(keyring["number"]), be(epoch), public))
    return {"number": keyring["number"], "key": b64e(public), "signature": b64e(signature)}


# --- section 6 --------------------------------------------------------------------------------------------------------

def blank_envelope(epoch):
    """Something that a server cannot tell from an envelope."""
    return b"\1" + be(epoch) + bytes(3) + os.urandom(ENVELOPE - 8)


TAGS = ["changgu/report/v1", "changgu/follow-up/v1", "changgu/reply/v1", "changgu/event/v1"]


def signed_frame(org, block, header, context):
    """(kind, signer, signature, text)"""
    frame = zlib.decompress(unpad(block), -15)
    kind, signer, signature, text = frame[0], frame[1:33], frame[33:97], frame[97:]
    assert verifies(signer, signature, tagged(TAGS[kind - 1], org, H(32, header), context, text))
    return kind, signer, signature, text


def open_frame(org, block, header, context):
    kind, signer, _, text = signed_frame(org, block, header, context)
    return kind, signer, json.loads(text)


def open_block(org, context, envelope, slot, pair):
    """(block, content key), or None when the slot is not for this pair."""
    share = seal_open(envelope[8 + 81 * slot : 89 + 81 * slot], pair)
    if share is None:
        return None
    assert share[0] == 0
    key = share[1:]
    assert envelope[1304:1336] == HK(key, envelope[:1304])
    block = aead_open(key, bytes(24), org + context + envelope[:1336], envelope[1336:])
    assert block is not None
    return block, key


def open_slot(org, context, envelope, slot, pair):
    """(kind, signer, JSON, content key), or None when the slot is not for this pair."""
    found = open_block(org, context, envelope, slot, pair)
    return found and (*open_frame(org, found[0], envelope[:1336], context), found[1])


def opened(log, keyring, envelopes, epoch):
    """What this keyring opens of an epoch's envelopes, as open_slot; None when it has forgotten the epoch. One that the epoch
    does not name tries every slot."""
    pair, slot = intake_pair(keyring, epoch), log.slot(epoch, keyring["number"])
    if pair is None:
        return None
    slots = range(16) if slot is None else [slot]
    tried = (open_slot(log.org, log.epochs[epoch][1], e, s, pair) for e in envelopes if e[1:5] == be(epoch) for s in slots)
    return [found for found in tried if found]


def opens(log, keyring, envelopes, epoch):
    """How many it opens."""
    found = opened(log, keyring, envelopes, epoch)
    return None if found is None else len(found)


# --- section 7 --------------------------------------------------------------------------------------------------------

def receipt_bytes(digits):
    whole = int("".join(digits.split())).to_bytes(11, "big")
    assert H(32, b"changgu/receipt-check/v1", whole[:10])[0] == whole[10]
    return whole[:10]


def receipt_master(org, ten):
    return argon2id(ten, H(32, b"changgu/receipt/v1", org)[:16], 3, 65536)


def receipt_tokens(master, count):
    chain = kdf(master, 4, "receipt_")
    return [kdf(chain, i, "token___") for i in range(count)]


def reply_address(token):
    return H(32, b"changgu/address/v1", token)


# --- section 8 --------------------------------------------------------------------------------------------------------

def case_address(case_key, j):
    return H(32, b"changgu/case-address/v1", kdf(case_key, j, "casetok_"))


def blob_ids(attachment):
    key = b64d(attachment["key"])
    return [H(32, b"changgu/blob/v1", kdf(key, j, "blobtok_")) for j in range(attachment["chunks"])]


def seal_event(org, keyring, case_key, j, event):
    """Event `j` of a case, signed by the keyring's reviewer."""
    public, secret = sign_key_pair(b64d(keyring["identity"]))
    address, header, text = case_address(case_key, j), b"\1" + bytes(7) + os.urandom(24), json.dumps(event).encode()
    signature = sign_raw(secret, tagged(TAGS[3], org, H(32, header), address, text))
    deflate = zlib.compressobj(wbits=-15)
    packed = deflate.compress(b"\4" + public + signature + text) + deflate.flush()
    block = (packed + b"\x80").ljust(8144, b"\0")
    return header + aead_seal(kdf(case_key, j, "casekey_"), header[8:], org + address + header, block)


def snapshot(log, keyring, envelope, at):
    """What keeps an envelope's message in its case, as event 0, and the case's key."""
    epoch = int.from_bytes(envelope[1:5], "big")
    context = log.epochs[epoch][1]
    block, key = open_block(log.org, context, envelope, log.slot(epoch, keyring["number"]), intake_pair(keyring, epoch))
    kind, signer, signature, text = signed_frame(log.org, block, envelope[:1336], context)
    return {"type": "snapshot", "at": at, "kind": kind, "signer": b64e(signer), "signature": b64e(signature),
            "header_hash": b64e(H(32, envelope[:1336])), "context": b64e(context), "json": text.decode(),
            "case_number": f"C-{int.from_bytes(os.urandom(4), 'big') % 1_000_000:06}"}, kdf(key, 2, "case____")


def case_events(server, org, case_key):
    """The events of a case, as JSON."""
    events = []
    while True:
        j = len(events)
        address = case_address(case_key, j)
        status, body, _ = server.request("POST", "/cases/read", address)
        assert (status, len(body)) == (200, 1 + ENVELOPE)
        if body[0] == 0:
            return events
        sealed = body[1:]
        block = aead_open(kdf(case_key, j, "casekey_"), sealed[8:32], org + address + sealed[:32], sealed[32:])
        kind, _, event = open_frame(org, block, sealed[:32], address)
        assert kind == 4
        events.append(event)


# --- section 10 -------------------------------------------------------------------------------------------------------

# --- section 10, proof of work ---------------------------------------------------------------------------------------

def zero_bits(digest):
    return 8 * len(digest) - int.from_bytes(digest, "big").bit_length()


def work_seed(org, nonce, id):
    return H(32, b"changgu/work/v1", org, nonce, id)


def is_solved(seed, nonce, s):
    salt = H(32, b"changgu/work-salt/v1", nonce)[:16]
    return zero_bits(argon2id(seed + s, salt, 1, 16 * 1024)) >= nonce[8]


def find_ticket(seed, s):
    start = int.from_bytes(os.urandom(7), "big")
    return next(t for t in (be(n, 8) for n in range(start, 1 << 62))
                if zero_bits(H(32, b"changgu/work-ticket/v1", seed, s, t)) >= 16)


def prove(org, nonce, id):
    """The header's value."""
    seed = work_seed(org, nonce, id)
    start = int.from_bytes(os.urandom(7), "big")
    s = next(s for s in (be(n, 8) for n in range(start, 1 << 62)) if is_solved(seed, nonce, s))
    return b64e(nonce + find_ticket(seed, s) + s)


class Server:
    """One connection. Requests give (status, body, headers)."""

    def __init__(self, channel, origin=None, address="127.0.0.1"):
        """`address`: of this machine, where the connection comes from."""
        self.channel, self.origin = channel, origin or channel.origin
        self.bearer = None
        self.context = ssl.create_default_context(cafile=channel.ca)
        port = int(self.origin.rsplit(":", 1)[1])
        self.connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=self.context,
                                                      source_address=(address, 0))

    def request(self, method, path, body=None, kind="application/octet-stream", headers=None):
        fields = dict(headers or {})
        if isinstance(body, (dict, list)):
            body, kind = json.dumps(body).encode(), "application/json"
        if body is not None:
            fields["Content-Type"] = kind
        if self.bearer is not None:
            fields["Authorization"] = "Bearer " + self.bearer
        self.connection.request(method, "/api/v1" + path, body, fields)
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers

    def json(self, method, path, body=None, expect=200):
        status, answer, _ = self.request(method, path, body)
        assert status == expect, (method, path, status, answer)
        return json.loads(answer)

    def key_log(self):
        notes = []
        while True:
            page = self.json("GET", f"/keylog?from={len(notes)}")
            notes += page["statements"]
            if len(notes) >= page["size"]:
                return KeyLog(notes)

    def post_envelope(self, envelope, proof=None):
        return self.request("POST", "/envelopes", envelope, headers={"Changgu-Work": proof} if proof else None)[0]

    def prove(self, org, id):
        """Does the work that is asked for at the moment; None when there is none."""
        offer = self.json("GET", "/work")
        return prove(org, b64d(offer["nonce"]), id) if offer["bits"] else None

    def sign_in(self, keyring):
        """As a reviewer; the status."""
        number, org = keyring["number"], b64d(keyring["org"])
        nonce = b64d(self.json("POST", "/sessions/challenges", {"scope": "reviewer", "number": number}, 201)["nonce"])
        _, secret = sign_key_pair(b64d(keyring["identity"]))
        origin, scope = self.origin.encode(), b"reviewer"
        payload = be(len(origin), 2) + origin + nonce + be(number) + bytes([len(scope)]) + scope
        status, answer, _ = self.request("POST", "/sessions", {
            "scope": "reviewer", "number": number, "nonce": b64e(nonce),
            "signature": b64e(sign_raw(secret, tagged("changgu/sign-in/v1", org, payload)))})
        if status == 201:
            self.bearer = json.loads(answer)["bearer"]
        return status

    def replies(self, org, master, count=4):
        """(state, (kind, signer, JSON, …) or None) of a receipt's first addresses."""
        tokens = receipt_tokens(master, count)
        status, body, _ = self.request("POST", "/replies/read", b"".join(tokens))
        assert (status, len(body)) == (200, 4 * (1 + ENVELOPE))
        pair = box_key_pair(kdf(master, 3, "receipt_"))
        items = [body[i * (1 + ENVELOPE) : (i + 1) * (1 + ENVELOPE)] for i in range(4)]
        return [(item[0], open_slot(org, reply_address(t), item[1:], 0, pair) if item[0] == 1 else None)
                for t, item in zip(tokens, items)]

    def inbox(self, after=0):
        """[(batch, envelope)]"""
        status, body, _ = self.request("GET", f"/inbox?after={after}")
        assert status == 200 and len(body) % (4 + ENVELOPE) == 0, status
        return [(int.from_bytes(body[i : i + 4], "big"), body[i + 4 : i + 4 + ENVELOPE])
                for i in range(0, len(body), 4 + ENVELOPE)]

    def append_statement(self, keys, kind, body):
        log = self.key_log()
        return self.request("POST", "/keylog", {"next": len(log.texts), "statements": [note(log.next_text(kind, body), keys)]})[0]


def root_keys(root_keyring):
    return [(k["name"], b64d(k["seed"])) for k in root_keyring["keys"]]


def past_epoch(log, keyrings, ended_ago, days=5):
    """An epoch statement that ended so many seconds ago."""
    number = max(log.epochs, default=0) + 1
    until = int(time.time()) - ended_ago
    return {"epoch": number, "valid_from": until - days * 86400, "valid_until": until,
            "recipients": [prekey(k, log.org, number) for k in sorted(keyrings, key=lambda k: k["number"])]}
