"""The pages as the server gives them out: headers, conditions, compression; and `changgu verify-site`, which compares them."""

import base64
import contextlib
import hashlib
import http.server
import json
import re
import threading
import unittest

import harness
import protocol
from harness import FAILURE, OK, UNREACHABLE, UNTRUSTED, USAGE

MANIFEST = "/.well-known/webcat/bundle.json"
ON_EVERY_ANSWER = ("Cross-Origin-Embedder-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
                   "Integrity-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options",
                   "Strict-Transport-Security", "Content-Security-Policy", "Cache-Control")


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


class Site(harness.ChannelTest):
    def setUp(self):
        self.server = protocol.Server(self.channel)

    def get(self, path, method="GET", **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self.server.connection.request(method, path, None, fields)
        response = self.server.connection.getresponse()
        return response.status, response.read(), response.headers

    def manifest(self):
        return json.loads(self.get(MANIFEST)[1])["manifest"]

    def test_every_file_is_what_the_manifest_says(self):
        manifest = self.manifest()
        self.assertLessEqual({"/", "/review/", "/review/viewer.html", "/reporter.html"}, set(manifest["files"]))
        for path, sha256 in manifest["files"].items():
            status, body, headers = self.get(path)
            self.assertEqual((status, digest(body)), (200, sha256), path)
            self.assertEqual(headers["ETag"], f'"{hashlib.sha256(body).hexdigest()}"')
            policy = manifest["extra_csp"].get(path, manifest["default_csp"])
            self.assertEqual(headers["Content-Security-Policy"], policy)
            hashed = path.startswith("/assets/")
            self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable" if hashed else "no-cache")
            self.assertEqual(headers["Access-Control-Allow-Origin"], "*" if hashed else None)
            for name in ON_EVERY_ANSWER:
                self.assertIn(name, headers, path)
            for name in ("Date", "Server", "Set-Cookie", "Last-Modified"):
                self.assertNotIn(name, headers)
            _, packed, headers = self.get(path, Accept_Encoding="gzip, br")
            if path in manifest["brotli"]:
                self.assertEqual((headers["Content-Encoding"], headers["Vary"]), ("br", "Accept-Encoding"))
                self.assertEqual(digest(packed), manifest["brotli"][path])
                self.assertLess(len(packed), len(body))
            else:
                self.assertEqual((headers["Content-Encoding"], packed), (None, body))

    def test_pages_load_only_what_is_theirs_and_with_integrity(self):
        for path in ("/", "/review/", "/review/viewer.html"):
            _, page, headers = self.get(path)
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
            text = page.decode()
            self.assertNotRegex(text, r"<style|\bstyle=|\bon\w+=")
            loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]+)"[^>]*>', text)
            self.assertGreater(len(loaded), 1 if path != "/review/viewer.html" else 0)
            for part in loaded:
                self.assertTrue(part.startswith("/assets/"), part)
            for part, integrity in re.findall(r'<script[^>]*src="([^"]+)"[^>]*integrity="sha384-([^"]+)"', text):
                self.assertEqual(hashlib.sha384(self.get(part)[1]).digest(), base64.b64decode(integrity))
            self.assertEqual(text.count("<script"), text.count('<script type="module" crossorigin src='))
            self.assertEqual(text.count("<script"), text.count("integrity=") - text.count('rel="stylesheet"'))

    def test_the_single_file_is_saved_and_allows_itself_alone(self):
        _, page, headers = self.get("/reporter.html")
        self.assertEqual(headers["Content-Disposition"], 'attachment; filename="reporter.html"')
        text = page.decode()
        self.assertNotIn("/assets/", re.sub(r"<script.*</script>", "", text, flags=re.DOTALL))
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text).group(1)
        for tag, directive in (("script", "script-src"), ("style", "style-src")):
            content = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", text, re.DOTALL).group(1)
            own = base64.b64encode(hashlib.sha384(content.encode()).digest()).decode()
            self.assertIn(f"{directive} 'sha384-{own}'", policy)
        self.assertNotIn("unsafe-inline", policy)

    def test_conditions_and_methods(self):
        for path in ("/", "/reporter.html", MANIFEST):
            for coding in ("identity", "br"):
                status, body, headers = self.get(path, Accept_Encoding=coding)
                tag = headers["ETag"]
                for condition in (tag, f'"other", W/{tag}'):
                    again = self.get(path, Accept_Encoding=coding, If_None_Match=condition)
                    self.assertEqual((again[0], again[1], again[2]["ETag"]), (304, b"", tag))
                    self.assertEqual(again[2]["Content-Security-Policy"], headers["Content-Security-Policy"])
                self.assertEqual(self.get(path, Accept_Encoding=coding, If_None_Match='"other"')[0], 200)
                head = self.get(path, "HEAD", Accept_Encoding=coding)
                self.assertEqual((head[0], head[1], head[2]["Content-Length"]), (200, b"", str(len(body))))
            status, _, headers = self.get(path, "DELETE")
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))

    def test_there_is_nothing_else(self):
        for path in ("/index.html", "/review", "/review/index.html", "/assets/", "/assets/none.js", "/favicon.ico", "/api/", "/x"):
            status, body, headers = self.get(path)
            self.assertEqual((status, headers["Cache-Control"]), (404, "no-store"), path)
            self.assertEqual(headers["Content-Security-Policy"], "default-src 'none'; frame-ancestors 'none'")
            self.assertIn(b"urn:changgu:problem:not-found", body)

    def test_what_a_page_from_a_disk_may_read(self):
        everywhere = (("GET", "/channel"), ("GET", "/keylog"), ("POST", "/envelopes"), ("PUT", "/blobs/" + "0" * 64),
                      ("GET", "/replies/index"), ("POST", "/replies/read"), ("POST", "/replies/burn"), ("POST", "/purge"))
        for method, path in everywhere:
            status, _, headers = self.get("/api/v1" + path, "OPTIONS", Origin="null", Access_Control_Request_Method=method)
            self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (204, "*"), path)
            self.assertIn(method, headers["Access-Control-Allow-Methods"].split(", "))
            self.assertEqual(headers["Access-Control-Allow-Headers"], "content-type, changgu-work")
            body = None if method == "GET" else b"no such thing"
            status, _, headers = self.server.request(method, path, body)
            self.assertEqual(headers["Access-Control-Allow-Origin"], "*", (method, path, status))
            self.assertNotIn("Access-Control-Allow-Credentials", headers)
        for method, path in (("POST", "/sessions"), ("POST", "/sessions/challenges"), ("GET", "/inbox"), ("GET", "/keyring"),
                             ("PUT", "/prekeys"), ("POST", "/cases/read"), ("GET", "/enrolments"), ("POST", "/drained"),
                             ("PUT", "/enrolments/" + "0" * 32), ("PUT", "/replies/" + "0" * 64), ("POST", "/blobs/read")):
            _, _, headers = self.get("/api/v1" + path, "OPTIONS", Origin="null", Access_Control_Request_Method=method)
            if "Access-Control-Allow-Methods" in headers:  # the path, taken as another call's
                self.assertNotIn(method, headers["Access-Control-Allow-Methods"])
            _, _, headers = self.server.request(method, path, None if method == "GET" else b"{}")
            self.assertNotIn("Access-Control-Allow-Origin", headers, path)

    # --- verify-site

    def verify(self, url, *more, expect=OK):
        return self.channel.run("verify-site", url, *more, expect=expect)

    @contextlib.contextmanager
    def copy_of_the_site(self, change):
        """A server on a loopback port that gives what the real one gives, after change(path, headers, body)."""
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                accept = self.headers.get("Accept-Encoding", "identity")
                status, body, original = test.get(self.path, Accept_Encoding=accept)
                headers = {name: original[name] for name in ("Content-Encoding", "Content-Security-Policy") if name in original}
                body = change(self.path, headers, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()

    def test_verify_site_finds_a_changed_byte_a_changed_policy_and_a_header_too_many(self):
        files = len(self.manifest()["files"])
        result = self.verify(self.channel.origin + "/", "--ca", self.channel.ca)
        self.assertEqual(len(result.data), files)
        self.assertTrue(all(entry["same"] for entry in result.data))

        kept = self.channel.base / "bundle.json"
        kept.write_bytes(self.get(MANIFEST)[1])
        self.verify(self.channel.origin, "--ca", self.channel.ca, "--manifest", kept)
        self.verify(self.channel.origin, expect=UNREACHABLE)  # without the certificate's issuer
        self.verify("ftp://somewhere", expect=USAGE)

        worker = next(path for path in self.manifest()["files"] if path.startswith("/assets/worker"))

        def one_byte(coding):
            def change(path, headers, body):
                if path != worker or headers.get("Content-Encoding") != coding:
                    return body
                return body[:-1] + bytes([body[-1] ^ 1])
            return change

        def looser(path, headers, body):
            if path == "/":
                headers["Content-Security-Policy"] += " data:"
            return body

        def elsewhere(path, headers, body):
            if path == "/":
                headers["Refresh"] = "0; url=/false.html"  # every byte is right, and no visitor stays to see it
            return body

        for change, path in ((one_byte(None), worker), (one_byte("br"), worker), (looser, "/"), (elsewhere, "/")):
            with self.copy_of_the_site(change) as url:
                result = self.verify(url, expect=UNTRUSTED)
                self.assertEqual([entry["path"] for entry in result.data if not entry["same"]], [path])
                self.verify(url, "--manifest", kept, expect=UNTRUSTED)
        with self.copy_of_the_site(lambda path, headers, body: body) as url:
            self.verify(url)

        kept.write_text('{"manifest":{"files":{}}}')
        self.verify(self.channel.origin, "--ca", self.channel.ca, "--manifest", kept, expect=FAILURE)


if __name__ == "__main__":
    unittest.main()
