"""Forwards to CloudReactor the request that an EventBridge rule hands over, to start a workflow.

Only CloudReactor knows the access key, and only CloudReactor is ever called.
"""
import hmac
import logging
import os
import re
import urllib.error
import urllib.request

KEY_HEADER = "x-url-requester-access-key"
# No user info, no other port, no trailing dot, nothing but a path behind the host: there is one way
# to read it, so this check and the HTTP client cannot disagree about the host.
URL = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::443)?(/[!-~]*)?", re.I | re.A)
TIMEOUT_SECONDS = 50  # below the function's own, so that a timeout is raised here and logged

log = logging.getLogger()
log.setLevel(logging.INFO)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the authorization to another host, so it is an error."""

    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirect)


def handler(event, _context):
    headers = dict(event.get("request_headers") or {})
    given = [headers.pop(name) for name in list(headers) if name.lower() == KEY_HEADER]
    if not key_matches(given):
        return refuse(401, "access key does not match")
    url = URL.fullmatch(str(event.get("request_url")))
    if not url or not within(url[1].lower(), os.environ["DOMAIN_SUFFIX"].lower()):
        return refuse(400, "URL is not an https URL of CloudReactor")
    return send(event, headers, url)


def key_matches(given):
    own = os.environ["URL_REQUESTER_ACCESS_KEY"].encode()
    return len(given) == 1 and bool(own) and hmac.compare_digest(str(given[0]).encode(), own)


def within(host, suffix):
    return host == suffix.lstrip(".") or (suffix.startswith(".") and host.endswith(suffix))


def refuse(status, reason):
    log.error("refused (%d): %s", status, reason)
    return {"statusCode": status, "body": reason}


def send(event, headers, url):
    # One spelling for each name, so that ours replace those of the event.
    headers = {name.title(): value for name, value in headers.items()}
    headers.update({"Content-Type": "application/json", "Accept": "application/json"})
    headers.pop("Host", None)
    method = event.get("request_method") or "POST"
    body = event.get("request_body")
    request = urllib.request.Request(url[0], body.encode() if body else None, headers, method=method)
    # The query and the headers may hold secrets: neither is logged.
    shown = f"{method} {url[1]}{(url[2] or '').split('?')[0]}"
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            log.info("%s: %d", shown, response.status)
            return {"statusCode": response.status}
    except urllib.error.HTTPError as error:
        log.error("%s: %d", shown, error.code)
        raise
