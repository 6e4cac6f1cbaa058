"""Stands in for the API process: ready at once, tells its surroundings, and ends as it is told."""

import argparse
import http.server
import json
import os
import signal
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/end":
            os._exit(1)
        body = {"pid": os.getpid(), "dagit": os.environ.get("VOYANT_DAGIT_URL"), "home": os.environ["VOYANT_HOME"]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    http.server.ThreadingHTTPServer((options.host, options.port), Answer).serve_forever()


if __name__ == "__main__":
    main()
