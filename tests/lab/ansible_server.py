# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has loaded the libraries of ansible-playbook, and forks itself for each run: a third of the time of a start.

Started by ``lab.ansible_playbook``, which sends it requests over a socket: the command, its environment and its folder, with the
descriptors of its output and of a pipe for its process id and its exit code.

Ansible reads its settings from the environment and the folder while it is imported. So only what reads none of them is loaded
here, and each run imports the rest itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

LIBRARIES = (
    "argparse",
    "concurrent.futures.thread",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "cryptography.x509",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "jmespath",
    "multiprocessing.managers",
    "multiprocessing.pool",
    "multiprocessing.queues",
    "packaging.specifiers",
    "packaging.utils",
    "pypsrp.powershell",
    "requests",
    "requests_credssp",
    "spnego",
    "tarfile",
    "tomllib",
    "winrm",
    "xml.dom.minidom",
    "xmltodict",
    "yaml",
    "ansible.config.manager",
)
SETTINGS = "ansible.constants"
LIMIT = 1 << 20


def load() -> None:
    """Raises ``RuntimeError`` when Ansible's settings came along: every run would have those of the first."""
    for name in LIBRARIES:
        with suppress(ImportError):  # an ansible-core that lacks one loads more in each run
            importlib.import_module(name)
    if SETTINGS in sys.modules:
        raise RuntimeError(f"{SETTINGS} is loaded before a run is known")
    gc.collect()
    gc.freeze()  # a collection in a run does not copy what they share


def serve(channel: socket.socket) -> None:
    """Returns in each fork, made ready to be ansible-playbook. In the server it ends the process when nobody asks any more."""
    with selectors.DefaultSelector() as events:
        events.register(channel, selectors.EVENT_READ)
        while True:
            for key, _mask in events.select():
                if key.fileobj is not channel:
                    events.unregister(key.fileobj)
                    _report(key.fd, *key.data)
                    continue
                message, descriptors, _flags, _address = socket.recv_fds(channel, LIMIT, 3)
                if not message:
                    sys.exit()
                run = os.fork()
                if not run:
                    channel.close()
                    _connect(*descriptors)
                    _prepare(*json.loads(message))
                    return
                stdout, stderr, status = descriptors
                os.close(stdout)
                os.close(stderr)
                os.write(status, b"%d\n" % run)
                events.register(os.pidfd_open(run), selectors.EVENT_READ, (run, status))


def _report(ended: int, run: int, status: int) -> None:
    os.close(ended)
    _run, waited = os.waitpid(run, 0)
    with suppress(BrokenPipeError):
        os.write(status, b"%d\n" % os.waitstatus_to_exitcode(waited))
    os.close(status)


def _connect(stdout: int, stderr: int, status: int) -> None:
    for own, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (stdout, 1), (stderr, 2)):
        os.dup2(own, standard)
        os.close(own)
    os.close(status)


def _prepare(command: list[str], environment: dict[str, str], folder: str) -> None:
    """What a start of its own would have given to this process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks for runs ends them, and this
    load()
    serve(socket.socket(fileno=int(sys.argv[1])))
    from ansible.cli.playbook import main

    sys.exit(main())
