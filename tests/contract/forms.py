"""Bodies of the media types that requests have here."""
import json
import urllib.parse

from contract import values

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def written(media_type, value):
    if media_type == FORM:
        return urllib.parse.urlencode({k: v if isinstance(v, str) else json.dumps(v)
                                       for k, v in value.items()}).encode()
    return values.to_bytes(value)
