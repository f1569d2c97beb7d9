"""Runs tests of Tempest and its plugins, and prints one JSON line for each: {"name", "status", "reason", "seconds"}.

tempest_run.py CONFIG TOTAL INDEX MODULE...  runs the classes whose turn is INDEX of TOTAL, so that several processes share them.

Instead of `tempest run`: that discovers every test of the machine first, which takes as long as these tests do, and its client for
subnets sleeps ten seconds before each deletion, for agents that are slow to let go of ports.
"""
import json
import os
import re
import sys
import time
import types
import unittest

config, total, index = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.environ["TEMPEST_CONFIG_DIR"], os.environ["TEMPEST_CONFIG"] = os.path.split(config)
OUT = os.fdopen(os.dup(1), "w", buffering=1)  # Tests may print.
os.dup2(2, 1)

import testtools  # noqa: E402
from tempest.lib.services.network import subnets_client  # noqa: E402

subnets_client.time = types.SimpleNamespace(sleep=lambda seconds: None)


def leaves(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from leaves(each)
        else:
            yield each


class Lines(testtools.TestResult):
    """A class whose preparation fails is one outcome, named after it: tests that are missing failed with it."""

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def say(self, test, status, reason=""):
        name = re.sub(r"\[[^\]]*\]", "", test.id())
        seconds = round(time.monotonic() - getattr(self, "began", time.monotonic()), 3)
        OUT.write(json.dumps({"name": name, "status": status, "reason": reason, "seconds": seconds}) + "\n")

    def addSuccess(self, test, details=None):
        self.say(test, "success")

    def addSkip(self, test, reason=None, details=None):
        self.say(test, "skip", str(reason or (details or {}).get("reason", "")))

    def addError(self, test, err=None, details=None):
        self.say(test, "fail", self.reason(err, details))

    addFailure = addError

    def addUnexpectedSuccess(self, test, details=None):
        self.say(test, "fail", "succeeded, and should not")

    def addExpectedFailure(self, test, err=None, details=None):
        self.say(test, "success")

    @staticmethod
    def reason(err, details):
        if err is not None:
            import traceback
            return "".join(traceback.format_exception(*err))[-2500:]
        parts = [content.as_text() for name, content in (details or {}).items() if name.startswith("traceback")]
        return "\n".join(parts)[-2500:]


def main(modules):
    by_class = {}
    for test in leaves(unittest.defaultTestLoader.loadTestsFromNames(modules)):
        by_class.setdefault(test.__class__, []).append(test)
    mine = sorted(by_class.items(), key=lambda pair: -len(pair[1]))[index::total]
    for _, tests in mine:
        # A suite for each class: its preparation and cleaning are done around it.
        unittest.TestSuite(tests).run(Lines())


main(sys.argv[4:])
