"""Verifies checkpoints and proofs of an audit trail, with the standard library and openssl(1) only.

    size, root = open_checkpoint(answer["checkpoint"], verifier_key)
    is_entry(base64.b64decode(answer["leaf"]), number, size, hashes, root)   RFC 9162 section 2.1.3.2
    goes_on(earlier_size, earlier_root, size, root, hashes)                  RFC 9162 section 2.1.4.2
"""
import base64
import hashlib
import pathlib
import subprocess
import tempfile

ED25519 = b"\x01"
SUBJECT_PUBLIC_KEY_INFO = bytes.fromhex("302a300506032b6570032100")


class NotSigned(Exception):
    pass


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves):
    """For whoever has all of them (section 2.1.1)."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256().digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:middle]), root_of(leaves[middle:]))


def open_checkpoint(note, verifier_key):
    """Number of entries and root of the tree, if this key has signed them (C2SP signed-note)."""
    name, key_id, key = verifier_key.split("+", 2)
    key = base64.b64decode(key, validate=True)
    wanted = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if key_id != wanted.hex() or key[:1] != ED25519:
        raise NotSigned("the verifier key is none")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    if not any(_has_signed(key[1:], text.encode(), signature[4:])
               for signature in _signatures_of(name, signatures) if signature[:4] == wanted):
        raise NotSigned("nobody with this key has signed it")
    origin, size, root = text.split("\n")[:3]
    if origin != name:
        raise NotSigned("it is a checkpoint of another trail")
    return int(size), base64.b64decode(root, validate=True)


def _signatures_of(name, lines):
    for line in lines.split("\n"):
        if line.startswith(f"\u2014 {name} "):
            yield base64.b64decode(line.rpartition(" ")[2])


def _has_signed(public_key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        parts = {"key": SUBJECT_PUBLIC_KEY_INFO + public_key, "message": message, "signature": signature}
        files = {name: pathlib.Path(folder, name) for name in parts}
        for name, file in files.items():
            file.write_bytes(parts[name])
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", files["key"],
             "-rawin", "-in", files["message"], "-sigfile", files["signature"]],
            capture_output=True, check=False)
        return done.returncode == 0


def is_entry(leaf, number, size, hashes, root):
    """Whether these bytes are the entry of this number among `size` entries with this root."""
    at, last, computed = number - 1, size - 1, leaf_hash(leaf)
    if not 0 <= at <= last:
        return False
    for one in hashes:
        if last == 0:
            return False
        if at & 1 or at == last:
            computed = node_hash(one, computed)
            at, last = _above_left_edge(at, last)
        else:
            computed = node_hash(computed, one)
        at, last = at >> 1, last >> 1
    return last == 0 and computed == root


def goes_on(earlier, earlier_root, size, root, hashes):
    """Whether a trail of `size` entries with this root begins with the earlier one."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not hashes and earlier_root == root
    path = [earlier_root, *hashes] if earlier & (earlier - 1) == 0 else list(hashes)
    if not hashes:
        return False
    at, last = earlier - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            at, last = _above_left_edge(at, last)
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (before, after) == (earlier_root, root)


def _above_left_edge(at, last):
    """Up to where there is something on the left, or to the top."""
    while not at & 1 and at:
        at, last = at >> 1, last >> 1
    return at, last
