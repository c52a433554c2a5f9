"""What a body is when the content coding is taken off."""
import gzip


def decoded(fields, body):
    """`fields` are pairs. What does not decode stays as it is, and is then no valid body."""
    codings = [value for name, value in fields if name.lower() == "content-encoding"]
    if codings != ["gzip"]:
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError):
        return body
