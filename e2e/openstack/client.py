"""Runs `openstack` commands quickly: the real client, imported once, forked for each command.

Reads one JSON object a line: {"argv": [...], "env": {...}}; answers one a line: {"status", "stdout", "stderr"}. Each command
runs in a process of its own, as the shell's would: what it changes in memory is gone with it. Starting Python and importing the
client is most of the 1.3 s that a command takes otherwise.
"""
import gc
import importlib
import importlib.metadata
import json
import os
import sys
import tempfile

sys.argv = ["openstack"]
from cliff import command  # noqa: E402
from openstackclient import shell  # noqa: E402

# Beside what a command that cannot log in loads (below), what those load that can.
ALSO = [
    "keystoneauth1.identity.v3",
    "novaclient.v2.client",
    "openstack.compute.v2._proxy",
    "openstack.connection",
    "openstack.identity.v3._proxy",
    "openstack.image.v2._proxy",
    "openstack.network.v2._proxy",
]
GROUPS = ["openstack.common", "openstack.network.v2", "openstack.compute.v2", "openstack.image.v2", "openstack.identity.v3"]


def modules_of_a_command():
    """A command leaves settings behind it, too, so it runs in a process of its own, which tells what it imported."""
    with tempfile.TemporaryFile() as told:
        pid = os.fork()
        if pid == 0:
            nowhere = {"OS_AUTH_URL": "http://127.0.0.1:1/v3", "OS_IDENTITY_API_VERSION": "3"}
            nowhere |= {f"OS_{name}": "none" for name in ("USERNAME", "PASSWORD", "PROJECT_NAME")}
            os.environ.update(nowhere)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            try:
                shell.main(["network", "list"])
            finally:
                told.write("\n".join(sys.modules).encode())
                told.flush()
                os._exit(0)
        os.waitpid(pid, 0)
        told.seek(0)
        return told.read().decode().split("\n")


for name in [*modules_of_a_command(), *ALSO]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
for group in GROUPS:
    for entry in importlib.metadata.entry_points(group=group):
        try:
            entry.load()
        except ImportError:
            pass  # A command of a plugin that is half there fails when it is run, and says so.
# Each command's help says which package it is from: who knows the packages once need not read them again.
command._get_distributions_by_modules()  # pylint: disable=protected-access
# What was imported stays for good: collecting it would copy it to each process.
gc.collect()
gc.freeze()


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
