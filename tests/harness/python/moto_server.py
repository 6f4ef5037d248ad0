"""Serves moto, an emulator of AWS, on a free loopback port, and prints its URL.

It stands in for AWS Organizations and for StackSets, which the other emulator does not have.
"""
from werkzeug.serving import make_server

import lifeline
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app


def main():
    lifeline.hold()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
