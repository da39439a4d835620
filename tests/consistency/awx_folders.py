# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the folders of the jobs in AWX: where they read and write, what they check first, and who may write bundles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from consistency.awx import PROJECT, Data, Unsafe, load, named

FOLDER, BUNDLES, EARLIER = "_folder", "pkcs12_bundle_folder", "pkcs12_previous_report"
PLACE = (FOLDER, "_evidence_path", "_state_path", EARLIER)
"""How the names of the extra variables end that say where a job reads or writes on its controller."""
COLLECTING, RETIRING = "collect.yml", "retire.yml"
"""Into a folder of bundles, jobs write bundles that they collect, and notes of those whom they retire."""
IN_A_TEMPLATE = re.compile(r"'(/[^']+)'")


@dataclass(frozen=True, slots=True)
class Mount:
    """``claim``: the volume behind a folder; None where a node has the folder."""

    writable: bool
    claim: str | None = None


def paths(template: Data) -> Iterator[tuple[str, str]]:
    """The extra variables that are a path, or a Jinja template with one, and the path."""
    for name, value in template.get("extra_vars", {}).items():
        if str(value).startswith("/"):
            yield name, str(value)
        elif isinstance(value, Unsafe):
            yield from ((name, path) for path in IN_A_TEMPLATE.findall(value))


def mounts(data: Data) -> dict[str, dict[str, Mount]]:
    """The folders that the jobs of each instance group see. On nodes, the setting names those of all groups.

    Raises ``KeyError`` for a mount of a volume that is not there.
    """
    groups = data["controller_instance_groups"]
    if "controller_settings" in data:
        (exposed,) = [entry["value"] for entry in data["controller_settings"]]
        seen = {path.split(":")[1]: Mount(path.split(":")[2] != "ro") for path in exposed}
        return {group["name"]: seen for group in groups}
    return {group["name"]: _of_pod(yaml.safe_load(group["pod_spec_override"])["spec"]) for group in groups}


def _of_pod(spec: Any) -> dict[str, Mount]:
    volumes = {volume["name"]: volume["persistentVolumeClaim"] for volume in spec["volumes"]}
    (container,) = spec["containers"]
    seen = {}
    for mount in container["volumeMounts"]:
        claim = volumes[mount["name"]]
        seen[mount["mountPath"]] = Mount(not (mount.get("readOnly") or claim.get("readOnly")), claim["claimName"])
    return seen


def all_folders(data: Data) -> dict[str, bool]:
    """The folders that any job sees, and whether jobs may write there. Raises ``ValueError`` for a folder with which groups differ."""
    found: dict[str, bool] = {}
    for seen in mounts(data).values():
        for folder, mount in seen.items():
            if found.setdefault(folder, mount.writable) != mount.writable:
                raise ValueError(f"one group may write to {folder}, and another may not")
    return found


def folders(data: Data) -> Iterator[str]:
    """A job finds its bundles where it may only read, and writes where it may write."""
    mounted = mounts(data)
    for template in data["controller_templates"]:
        seen = {
            folder: each for group in template["instance_groups"] for folder, each in mounted.get(group, {}).items()
        }
        for name, path in paths(template):
            found = [mount for folder, mount in seen.items() if PurePosixPath(path).is_relative_to(folder)]
            writes = name != BUNDLES or template["playbook"] in (COLLECTING, RETIRING)
            if not found:
                yield f"{template['name']}: jobs do not see {path}"
            elif found[0].writable != writes and name != EARLIER:
                yield f"{template['name']}: {path} can {'' if found[0].writable else 'not '}be written to"


def required_folders(data: Data) -> Iterator[str]:
    """A job first checks all folders that it uses, and no other."""
    for template in data["controller_templates"]:
        used = {
            path if name.endswith(FOLDER) else str(PurePosixPath(path).parent)
            for name, path in paths(template)
            if name.endswith(PLACE)
        }
        checked = set(template.get("extra_vars", {}).get("pkcs12_required_folders", ()))
        yield from (f"{template['name']}: nothing checks {folder}" for folder in sorted(used - checked))
        yield from (f"{template['name']}: nothing uses {folder}" for folder in sorted(checked - used))


def writers(data: Data) -> Iterator[str]:
    """Only jobs that collect bundles or retire people may write there, and other jobs find there what these wrote."""
    collecting = [each for each in data["controller_templates"] if each["playbook"] == COLLECTING]
    retiring = [each for each in data["controller_templates"] if each["playbook"] == RETIRING]
    theirs = {group for each in collecting for group in each["instance_groups"]}
    others = [each for each in data["controller_templates"] if each not in [*collecting, *retiring]]
    for template in others:
        for group in sorted(theirs & set(template["instance_groups"])):
            yield f"{template['name']}: its group {group} may write bundles"
    nodes = {each["name"]: set(each.get("policy_instance_list", ())) for each in data["controller_instance_groups"]}
    for name in sorted(set(nodes) - theirs):
        for group in sorted(theirs & set(nodes)):
            yield from (f"{group}: jobs of {name} run on {node}, too" for node in sorted(nodes[group] & nodes[name]))
    mounted = mounts(data)
    written = {
        mounted[group][each["extra_vars"][BUNDLES]].claim for each in collecting for group in theirs & set(mounted)
    }
    for template in [*others, *retiring]:
        for name, path in paths(template):
            if name == BUNDLES:
                read = {mounted[group][path].claim for group in template["instance_groups"] if path in mounted[group]}
                yield from (
                    f"{template['name']}: nobody writes bundles into {claim}" for claim in read - written if claim
                )
    for template in retiring:
        if BUNDLES not in template.get("extra_vars", {}):
            yield f"{template['name']}: {BUNDLES} does not say where a removal is written down"


def caches(data: Data) -> Iterator[str]:
    """No job works by an older inventory than the one with which somebody was retired."""
    for kind, setting in (
        ("controller_projects", "scm_update_cache_timeout"),
        ("controller_inventory_sources", "update_cache_timeout"),
    ):
        for each in data[kind]:
            if each.get(setting, 0) != 0:
                yield f"{each['name']}: {setting} is {each[setting]}, so a job may have an older inventory than PKCS12 retire"
    for each in data["controller_inventory_sources"]:
        for setting in ("overwrite", "overwrite_vars"):
            if each.get("source") == "scm" and not each.get(setting):
                yield f"{each['name']}: without {setting}, a job has what the source does not say any more"


def earlier_report(data: Data) -> Iterator[str]:
    """The reminders compare with the file that the report by mail writes, once a week."""
    weekly = named(data, "controller_templates", "PKCS12 report by mail")["extra_vars"]
    for template in data["controller_templates"]:
        for name, path in paths(template):
            if name == EARLIER and path != f"{weekly['pkcs12_report_folder']}/{weekly['pkcs12_report_name']}.json":
                yield f"{template['name']}: no report is written to {path}"


def register(data: Data) -> Iterator[str]:
    """The updates of the inventory find the spreadsheet of the people where they may only read."""
    path = PurePosixPath(load(PROJECT / "inventory" / "people.pkcs12_register.yml")["path"])
    mounted = mounts(data)
    for inventory in (each for each in data["controller_inventories"] if "kind" not in each):
        seen = {place: mount for group in inventory["instance_groups"] for place, mount in mounted[group].items()}
        found = [mount for place, mount in seen.items() if path.is_relative_to(place)]
        if not found:
            yield f"{inventory['name']}: its updates do not see {path}"
        elif found[0].writable:
            yield f"{inventory['name']}: {path} can be written to"


def sorted_paths(data: Data) -> Iterator[str]:
    """AWX keeps the exposed folders sorted, and compares."""
    for setting in data.get("controller_settings", ()):
        if setting["value"] != sorted(setting["value"]):
            yield f"{setting['name']} is not sorted, so each run changes it"


FOLDERS = [folders, required_folders, writers, caches, earlier_report, register, sorted_paths]
