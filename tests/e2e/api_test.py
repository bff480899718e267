"""What /api/v1/ really answers, held against the OpenAPI file that it serves."""

import json
import unittest
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator

from exporter_process import ExporterProcess, fetch, wait_until


class ApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.exporter = ExporterProcess("demo").wait_for_page()
        cls.addClassCleanup(cls.exporter.kill)
        cls.openapi = json.loads(fetch(cls.exporter.url + "/api/v1/openapi.json")[1])

    def get(self, path, headers=None):
        request = urllib.request.Request(self.exporter.url + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, dict(response.headers), response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode()

    def answer(self, path, status=200):
        """The answer, found to be as the OpenAPI file says of this path and status."""
        got_status, headers, body = self.get(path)
        self.assertEqual(got_status, status, body)
        self.assertEqual(headers["Content-Type"], "application/json")
        responses = self.openapi["paths"][path.split("?")[0]]["get"]["responses"]
        schema = dict(responses[str(status)]["content"]["application/json"]["schema"])
        schema["components"] = self.openapi["components"]
        Draft202012Validator.check_schema(schema)
        parsed = json.loads(body)
        problems = [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in Draft202012Validator(schema).iter_errors(parsed)
        ]
        self.assertEqual(problems, [])
        return parsed

    def test_every_path_answers_as_described(self):
        for path in self.openapi["paths"]:
            with self.subTest(path):
                self.answer(path)

    def test_failing_probes_answer_as_described(self):
        def failing():
            probes = self.answer("/api/v1/probes?state=failing&state=acting&state=initializing")
            return probes["data"]["items"]

        probes = wait_until("a probe that fails", failing, 60)
        containers = [container for probe in probes for container in probe["containers"]]
        self.assertTrue(any("failing_since_timestamp_seconds" in each for each in containers))

    def test_pages_add_up_to_the_whole(self):
        whole = self.answer("/api/v1/pods")["data"]
        self.assertEqual(len(whole["items"]), whole["total"])
        names, offset = [], 0
        while offset is not None:
            page = self.answer(f"/api/v1/pods?limit=7&offset={offset}")["data"]
            names += [pod["namespace"] + "/" + pod["pod"] for pod in page["items"]]
            offset = page.get("next_offset")
        # Pods of the demo come and go between two pages.
        self.assertGreater(len(names), 20)
        self.assertEqual(names, sorted(names))

    def test_errors_answer_as_described(self):
        self.answer("/api/v1/pods?limit=many", 400)
        self.answer("/api/v1/probes?stat=failing", 400)
        self.answer("/api/v1/status?x=1", 400)

    def test_a_snapshot_is_sent_once(self):
        def is_not_modified():
            _, headers, _ = self.get("/api/v1/pods")
            status, _, body = self.get("/api/v1/pods", {"If-None-Match": headers["ETag"]})
            return status == 304 and body == ""

        # Between the two requests there may be a new snapshot, but not each time.
        wait_until("304", is_not_modified)

    def test_a_new_snapshot_has_a_new_tag(self):
        first = self.get("/api/v1/status")[1]["ETag"]
        wait_until("another tag", lambda: self.get("/api/v1/status")[1]["ETag"] != first)


if __name__ == "__main__":
    unittest.main()
