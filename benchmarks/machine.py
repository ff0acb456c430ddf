"""The machine that numbers come from, without its name."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version

import psutil


def describe() -> Mapping[str, object]:
    """Processor, memory and versions, as JSON values."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("pulumi", "confluent-kafka")},
    }


def other_work() -> str:
    """A warning if the machine is busy already: times then say little, processor time somewhat more. Else empty."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load < cores / 2:
        return ""
    return f"  the machine was busy with other work at the start (load {load:.1f} on {cores} cores): times are too long"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a kernel file, read line by line
            names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
            return next(names, platform.processor())
    except OSError:
        return platform.processor()
