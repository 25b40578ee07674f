"""What a machine is doing: processor, memory, disks, network and NVIDIA's GPUs, from Linux itself and NVML."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lightboard.log.notices import warn

Values = Iterable[tuple[str, float]]

GIB = 1 << 30
MIB = 1 << 20
SECTOR = 512  # /proc/diskstats counts these, whatever the disk has

# They hold what others of the machine do, which would count twice.
_NOT_DISKS = ("loop", "ram", "zram", "dm-", "md")

# What the network's links carry, and which of them are devices.
TRAFFIC = "/proc/net/dev"
LINKS = "/sys/class/net"


class Machine:
    """Samples what the machine and this process are doing. One thread at a time."""

    def __init__(self, path: str) -> None:
        """Sample the file system that `path` lies on, among others."""
        self._readings: dict[str, Callable[[], Values]] = {
            "memory": _memory,
            "the process's memory": _process_memory,
            "disk space": lambda: _disk_space(path),
            "the processor": Rates(_processor, "system/cpu_percent"),
            "the process's processor time": Rates(_process_time),
            "disks": Rates(_disks),
            "the network": Rates(_network),
        }
        gpus = _nvml()
        if gpus is not None:
            self._readings["GPUs"] = lambda: _gpus(*gpus)

    def sample(self) -> dict[str, float]:
        """Return tags and numbers. Rates are those since the last sample, so the first has none.

        What cannot be read is left out from then on, with a warning.
        """
        found: dict[str, float] = {}
        for name, read in list(self._readings.items()):
            try:
                found.update(read())
            except Exception as error:  # Whatever it is, training must go on.
                del self._readings[name]
                warn(
                    f"system_metrics: {name}: expected what Linux tells of it, found {error!r}. It is not logged."
                )
        return found


class Rates:
    """How fast numbers that only grow do so, from one call to the next."""

    def __init__(self, read: Callable[[], Values], share: str | None = None) -> None:
        """Take `read`'s totals by tag; per second, or with `share` its first as a share of its second."""
        self._read = read
        self._share = share
        self._before: tuple[float, dict[str, float]] | None = None

    def __call__(self) -> Iterator[tuple[str, float]]:
        """Yield the rates since the last call."""
        now, totals = time.monotonic(), dict(self._read())
        before, self._before = self._before, (now, totals)
        if before is None or now <= before[0]:
            return
        # A disk that was taken out takes its count with it.
        grown = {tag: max(0.0, total - before[1].get(tag, total)) for tag, total in totals.items()}
        if self._share is None:
            yield from ((tag, amount / (now - before[0])) for tag, amount in grown.items())
        else:
            part, whole = grown.values()
            if whole:
                yield self._share, 100 * part / whole


def _lines(path: str) -> list[str]:
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read().splitlines()


def _memory() -> Values:
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in _lines("/proc/meminfo")}
    used = sizes["MemTotal"] - sizes["MemAvailable"]
    yield "system/memory_gib", used / GIB
    yield "system/memory_percent", 100 * used / sizes["MemTotal"]


def _process_memory() -> Values:
    pages = int(_lines("/proc/self/statm")[0].split()[1])
    yield "system/process_memory_gib", pages * os.sysconf("SC_PAGE_SIZE") / GIB


def _disk_space(path: str) -> Values:
    system = os.statvfs(path)
    yield "system/disk_percent", 100 * (system.f_blocks - system.f_bfree) / system.f_blocks


def _processor() -> Values:
    user, nice, system, idle, waiting, *rest = map(int, _lines("/proc/stat")[0].split()[1:9])
    busy = user + nice + system + sum(rest)
    yield "busy", busy
    yield "all", busy + idle + waiting


def _process_time() -> Values:
    yield "system/process_cpu_percent", 100 * time.process_time()


def _disks() -> Values:
    read = written = 0
    for line in _lines("/proc/diskstats"):
        fields = line.split()
        # A partition is a part of its disk.
        if not fields[2].startswith(_NOT_DISKS) and os.path.exists(
            f"/sys/block/{fields[2].replace('/', '!')}"
        ):
            read, written = read + int(fields[5]), written + int(fields[9])
    yield "system/disk_read_mib_per_second", read * SECTOR / MIB
    yield "system/disk_written_mib_per_second", written * SECTOR / MIB


def _network() -> Values:
    links = {
        name.strip(): numbers for name, _, numbers in (line.partition(":") for line in _lines(TRAFFIC)[2:])
    }
    links.pop("lo", None)
    # Bridges, bonds, VLANs and tunnels carry what devices carry as well, which would count twice, and
    # so do devices of a virtual machine that have another below them, its master. A container has none.
    devices = [name for name in links if _is_device(name) and not _is_device(f"{name}/master")]
    received = sent = 0
    for name in devices or links:
        fields = links[name].split()
        received, sent = received + int(fields[0]), sent + int(fields[8])
    yield "system/network_received_mib_per_second", received / MIB
    yield "system/network_sent_mib_per_second", sent / MIB


def _is_device(link: str) -> bool:
    return os.path.exists(f"{LINKS}/{link}/device")


def _nvml() -> tuple[Any, list[Any]] | None:
    """Return NVIDIA's package and a handle for each GPU; None without a driver, or without the package."""
    has_driver = os.path.exists("/proc/driver/nvidia/version")
    try:
        import pynvml
    except ImportError:
        if has_driver:
            warn(
                "system_metrics: GPUs need the package nvidia-ml-py, which is not installed. They are not logged."
            )
        return None
    try:
        pynvml.nvmlInit()
        return pynvml, [pynvml.nvmlDeviceGetHandleByIndex(at) for at in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        if has_driver:
            warn(f"system_metrics: NVML finds no GPUs ({error}). They are not logged.")
        return None


def _gpus(nvml: Any, handles: list[Any]) -> Values:
    for number, handle in enumerate(handles):
        for read in (_gpu_load, _gpu_memory, _gpu_temperature, _gpu_power):
            try:
                yield from [(f"system/gpu_{number}_{what}", value) for what, value in read(nvml, handle)]
            except nvml.NVMLError:
                continue  # Not every GPU tells everything, nor at any time.


def _gpu_load(nvml: Any, handle: Any) -> Values:
    yield "percent", float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)


def _gpu_memory(nvml: Any, handle: Any) -> Values:
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    yield "memory_gib", memory.used / GIB
    yield "memory_percent", 100 * memory.used / memory.total


def _gpu_temperature(nvml: Any, handle: Any) -> Values:
    yield "celsius", float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))


def _gpu_power(nvml: Any, handle: Any) -> Values:
    yield "watts", nvml.nvmlDeviceGetPowerUsage(handle) / 1000
