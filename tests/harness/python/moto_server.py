"""Serves moto, an emulator of AWS, on a free loopback port, and prints its URL.

It stands in for AWS Organizations and for StackSets, which the other emulator does not have.
"""
import uuid

from werkzeug.serving import make_server

import lifeline
from moto.cloudformation import models
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app


def main():
    lifeline.hold()
    # It calls the stacks of a set by the set's id, whose colon no stack's name may have; AWS writes a hyphen.
    models.generate_stackset_id = lambda name: f"{name}-{uuid.uuid4()}"
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
