"""Runs `openstack` commands quickly: the real client, imported once, forked for each command.

Reads one JSON object a line: {"argv": [...], "env": {...}}; answers one a line: {"status", "stdout", "stderr"}. Each command
runs in a process of its own, as the shell's would: what it changes in memory is gone with it. Starting Python and importing the
client is most of the 1.3 s that a command takes otherwise.
"""
import importlib.metadata
import json
import os
import sys
import tempfile

from openstackclient import shell

# What the commands of this test import when they run: imported here, it is imported once.
GROUPS = ["openstack.common", "openstack.network.v2", "openstack.compute.v2", "openstack.image.v2", "openstack.identity.v3"]
for group in GROUPS:
    for entry in importlib.metadata.entry_points(group=group):
        try:
            entry.load()
        except ImportError:
            pass  # A command of a plugin that is half there fails when it is run, and says so.
import openstack.connection  # noqa: E402,F401
import keystoneauth1.identity.v3  # noqa: E402,F401
import novaclient.v2.client  # noqa: E402,F401
import openstack.network.v2._proxy  # noqa: E402,F401


def child(argv, env, out, err):
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for name in [n for n in os.environ if n.startswith("OS_")]:
        del os.environ[name]
    os.environ.update(env)
    sys.stdout, sys.stderr = os.fdopen(1, "w", buffering=1), os.fdopen(2, "w", buffering=1)
    sys.argv = ["openstack", *argv]
    try:
        status = shell.main(argv)
    except SystemExit as end:
        status = end.code
    except BaseException as failure:  # pylint: disable=broad-except
        sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        status = 1
    if status is not None and not isinstance(status, int):
        sys.stderr.write(f"{status}\n")
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


def run(argv, env):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            child(argv, env, out, err)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return {
            "status": os.waitstatus_to_exitcode(status),
            "stdout": out.read().decode(errors="replace"),
            "stderr": err.read().decode(errors="replace"),
        }


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(run(asked["argv"], asked["env"])), flush=True)
