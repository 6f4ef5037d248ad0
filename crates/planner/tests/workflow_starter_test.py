"""Runs the workflow starter against an HTTP server on loopback.

The server speaks plain HTTP: only the connection's last inch is replaced, so that what the starter
sends, and what it refuses to send, is seen as bytes on a socket.
"""
import http.client
import http.server
import importlib.util
import os
import pathlib
import threading
import unittest
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).parent.parent / "src" / "template" / "workflow_starter.py"
KEY = "k" * 32
URL = "https://api.cloudreactor.io/api/v1/workflow_executions/"


def load(key=KEY, suffix=".cloudreactor.io"):
    os.environ["URL_REQUESTER_ACCESS_KEY"] = key
    os.environ["DOMAIN_SUFFIX"] = suffix
    spec = importlib.util.spec_from_file_location("workflow_starter", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Api(http.server.BaseHTTPRequestHandler):
    seen = []
    status, location = 201, None

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        Api.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length).decode()))
        self.send_response(Api.status)
        if Api.location:
            self.send_header("Location", Api.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET = do_PUT = answer

    def log_message(self, *_):
        pass


class LoopbackHandler(urllib.request.HTTPSHandler):
    """Connects every https URL to the server on loopback."""

    def __init__(self, port):
        super().__init__()
        self.port = port

    def https_open(self, request):
        def connect(_host, **options):
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=options["timeout"])

        return self.do_open(connect, request)


class WorkflowStarter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        Api.seen, Api.status, Api.location = [], 201, None

    def start(self, url=URL, headers=None, module=None, **more):
        module = module or load()
        module.opener = urllib.request.build_opener(module.NoRedirect, LoopbackHandler(self.server.server_port))
        if headers is None:
            headers = {"Authorization": "Token t0ken", "X-Url-Requester-Access-Key": KEY}
        event = {"request_url": url, "request_method": "POST", "request_headers": headers, **more}
        return module.handler(event, None)

    def assert_refused(self, status, **event):
        self.assertEqual(self.start(**event)["statusCode"], status)
        self.assertEqual(Api.seen, [], "nothing may be sent")

    def test_the_request_is_forwarded_without_the_key(self):
        self.assertEqual(self.start(request_body='{"a": 1}'), {"statusCode": 201})
        [(method, path, headers, body)] = Api.seen
        self.assertEqual((method, path, body), ("POST", "/api/v1/workflow_executions/", '{"a": 1}'))
        self.assertEqual(headers["Authorization"], "Token t0ken")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["Accept"], "application/json")
        self.assertEqual(headers["Host"], "api.cloudreactor.io")
        self.assertNotIn(KEY, str(headers))

    def test_the_key_is_found_however_its_header_is_written(self):
        for name in ["x-url-requester-access-key", "X-URL-REQUESTER-ACCESS-KEY"]:
            with self.subTest(name):
                Api.seen = []
                self.assertEqual(self.start(headers={name: KEY})["statusCode"], 201)
                self.assertNotIn(KEY, str(Api.seen))

    def test_a_wrong_key_is_refused(self):
        name = "X-Url-Requester-Access-Key"
        for headers in [{}, {name: ""}, {name: KEY + "k"}, {name: KEY[:-1]}, {name: None}, {name: "\u00e9"},
                        {name: KEY, name.lower(): "other"}]:
            with self.subTest(headers):
                self.assert_refused(401, headers=headers)

    def test_without_a_key_of_its_own_everything_is_refused(self):
        self.assert_refused(401, module=load(key=""), headers={"X-Url-Requester-Access-Key": ""})

    def test_only_https_urls_of_the_domain_are_called(self):
        for url in [
            "http://api.cloudreactor.io/", "ftp://api.cloudreactor.io/", "file:///etc/passwd", "//api.cloudreactor.io/",
            "https://evil.example/", "https://evilcloudreactor.io/", "https://api.cloudreactor.io.evil.example/",
            "https://api.cloudreactor.io@evil.example/", "https://evil.example#.cloudreactor.io",
            "https://evil.example?.cloudreactor.io", "https://evil.example\\.cloudreactor.io/",
            "https://evil.example/.cloudreactor.io", "https://user:pass@api.cloudreactor.io/",
            "https://api.cloudreactor.io./", "https://api.cloudreactor.io:8443/", "https://api.cloudreactor.io:443@e.io/",
            " https://api.cloudreactor.io/", "https://api.cloudreactor.io/\n", "https://api.cloudreactor.io/a b",
            "https://api\t.cloudreactor.io/", "https://\uff41pi.cloudreactor.io/", "https://.cloudreactor.io/",
            "https:/api.cloudreactor.io/", "https://[::1]/", "", None, 1,
        ]:
            with self.subTest(url):
                self.assert_refused(400, url=url)

    def test_hosts_within_the_domain_are_called(self):
        for url in ["https://cloudreactor.io/", "https://api.staging.cloudreactor.io/x?y=z", "HTTPS://API.CloudReactor.IO",
                    "https://api.cloudreactor.io:443/", "https://api.cloudreactor.io/@evil.example/#x"]:
            with self.subTest(url):
                self.assertEqual(self.start(url=url)["statusCode"], 201)

    def test_a_suffix_without_a_dot_is_one_host(self):
        module = load(suffix="reactor.example.com")
        self.assertEqual(self.start(url="https://reactor.example.com/", module=module)["statusCode"], 201)
        Api.seen = []
        self.assert_refused(400, url="https://a.reactor.example.com/", module=module)
        self.assert_refused(400, url="https://areactor.example.com/", module=module)

    def test_an_http_error_is_raised_and_logged_without_secrets(self):
        Api.status = 403
        with self.assertLogs() as logs, self.assertRaises(urllib.error.HTTPError) as raised:
            self.start(url=URL + "?token=t0ken")
        raised.exception.close()
        text = "\n".join(logs.output)
        self.assertIn("POST api.cloudreactor.io/api/v1/workflow_executions/: 403", text)
        self.assertNotIn("t0ken", text)
        self.assertNotIn(KEY, text)

    def test_a_redirect_is_not_followed(self):
        Api.status, Api.location = 302, "https://evil.example/"
        with self.assertRaises(urllib.error.HTTPError) as raised:
            self.start()
        raised.exception.close()
        self.assertEqual(len(Api.seen), 1)


if __name__ == "__main__":
    unittest.main()
