# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has loaded the libraries of ansible-playbook, and forks itself for each run: a sixth of the time of a start.

Started by ``lab.ansible_playbook``, which sends it requests over a socket. The request for a run has the command, its environment and its
folder, with the descriptors of its output and of a pipe for its process id and its exit code.

Ansible reads its settings from the environment and the folder while it is imported. So this process loads only what reads none of them.
The request for settings has an environment and a socket: the process forks a server for it, which loads Ansible with these settings, and
takes the runs that have the same.

Ansible compiles the Python of a collection in each process that uses it. Here that is done once; a run takes it when file and source
are the same.
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
from importlib.machinery import SourceFileLoader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
LOADED_WITH_SETTINGS = ("ansible.cli.playbook", "ansible.executor.task_executor", "ansible.plugins.strategy.linear")
FINDER = "ansible.utils.collection_loader._collection_finder"
COLLECTION = Path(__file__).resolve().parents[2] / ".build/collections/ansible_collections/hospital_it/pkcs12"
LIMIT = 1 << 20


def load() -> None:
    """Raises ``RuntimeError`` when Ansible's settings came along: every run would have those of the first."""
    for name in LIBRARIES:
        with suppress(ImportError):  # an ansible-core that lacks one loads more in each run
            importlib.import_module(name)
    finder = importlib.import_module(FINDER)
    _keep_compiled(finder._AnsibleCollectionPkgLoaderBase)
    _keep_routing(finder)
    if SETTINGS in sys.modules:
        raise RuntimeError(f"{SETTINGS} is loaded before a run is known")
    _share()


def _share() -> None:
    """A collection of garbage in a run does not copy what it shares with the server."""
    gc.collect()
    gc.freeze()


def _keep_compiled(loader: Any) -> None:
    compiled = {
        (str(path), path.read_bytes()): SourceFileLoader(path.stem, str(path)).get_code(path.stem)
        for path in (COLLECTION / "plugins").rglob("*.py")
    }
    compile_source = loader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        return compiled.get((self.get_filename(fullname), self.get_source(fullname))) or compile_source(self, fullname)

    loader.get_code = get_code


def _keep_routing(finder: Any) -> None:
    """Ansible's own 10 000 lines about which plugin is where: only in its package, so they are the same for each run."""
    importlib.import_module("ansible.utils.collection_loader")
    parse = finder._meta_yml_to_dict
    own = Path(importlib.import_module("ansible").__file__ or "").parent / "config" / "ansible_builtin_runtime.yml"
    text = own.read_bytes()
    parsed = parse(text, None)
    finder._meta_yml_to_dict = lambda data, name: parsed if data == text else parse(data, name)


def serve(channel: socket.socket) -> None:
    """Returns in each fork, made ready to be ansible-playbook. In the server it ends the process when nobody asks any more."""
    with selectors.DefaultSelector() as events:
        events.register(channel, selectors.EVENT_READ)
        while events.get_map():
            for key, _mask in events.select():
                if key.fileobj is not channel:
                    events.unregister(key.fileobj)
                    _report(key.fd, *key.data)
                    continue
                message, descriptors, _flags, _address = socket.recv_fds(channel, LIMIT, 3)
                if not message:
                    events.unregister(channel)  # what runs is waited for
                    continue
                fork = os.fork()
                if not fork:
                    channel.close()
                    _begin(descriptors, **json.loads(message))
                    return
                *theirs, status = descriptors
                for each in theirs:
                    os.close(each)
                os.write(status, b"%d\n" % fork)
                events.register(os.pidfd_open(fork), selectors.EVENT_READ, (fork, status))
    sys.exit()


def _begin(descriptors: list[int], environment: dict[str, str], command: list[str], folder: str) -> None:
    """What the fork is for: a run, or, when it has no command, the runs with these settings."""
    os.environ.clear()
    os.environ.update(environment)
    if command:
        _connect(*descriptors)
        _prepare(command, folder)
        return
    channel, status = descriptors
    os.close(status)
    _load_settings()
    serve(socket.socket(fileno=channel))


def _load_settings() -> None:
    """Ends the process when they depend on the folder, which runs do not share."""
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in LOADED_WITH_SETTINGS:
            importlib.import_module(name)
        os.chdir("/")
        _load_collection()
        if Path(folder).name in repr(vars(sys.modules[SETTINGS])):
            sys.exit()
    _share()


def _load_collection() -> None:
    """Of this tree: each worker of a run, one for a task and a host, would import it anew. It stays loaded when the finder goes."""
    if str(COLLECTION.parents[2]) not in sys.modules[SETTINGS].COLLECTIONS_PATHS:
        return
    importlib.import_module("ansible.plugins.loader").init_plugin_loader()
    for path in sorted((COLLECTION / "plugins/plugin_utils").rglob("*.py")):
        name = ".".join(path.relative_to(COLLECTION.parents[2]).with_suffix("").parts).removesuffix(".__init__")
        with suppress(ImportError):
            importlib.import_module(name)
    sys.modules[FINDER]._AnsibleCollectionFinder._remove()
    for name in list(sys.modules):
        if name.startswith("ansible_collections") and ".plugin_utils" not in name:
            del sys.modules[name]


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


def _prepare(command: list[str], folder: str) -> None:
    """What a start of its own would have given to this process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    sys.argv = command
    sys.path.insert(0, str(Path(command[0]).parent))
    settings: Any = sys.modules.get(SETTINGS)
    if settings:  # the folder for temporary files, which a run removes at its end
        settings.DEFAULT_LOCAL_TMP = settings.config.get_config_value("DEFAULT_LOCAL_TMP", variables=vars(settings))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks for runs ends them, and this
    load()
    serve(socket.socket(fileno=int(sys.argv[1])))
    from ansible.cli.playbook import main

    sys.exit(main())
