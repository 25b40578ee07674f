"""What the machine is doing, logged by a thread that ends with its writer and stays out of forked children."""

import gc
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lightboard import LightboardWarning, SummaryWriter
from lightboard.log import machine
from lightboard.log.machine import Machine
from lightboard.log.system_metrics import seconds_between
from log.frameworks import hparams
from log.program import succeed, until
from log.records import Point, event_files, points, points_of, points_so_far

AT_ONCE = {"disk_percent", "memory_gib", "memory_percent", "process_memory_gib"}
RATES = {
    "cpu_percent", "process_cpu_percent", "disk_read_mib_per_second", "disk_written_mib_per_second",
    "network_received_mib_per_second", "network_sent_mib_per_second",
}  # fmt: skip


def samples(found: list[Point]) -> dict[int, dict[str, float]]:
    """Name to number, by step."""
    by_step: dict[int, dict[str, float]] = {}
    for point in found:
        if point.tag.startswith("system/"):
            by_step.setdefault(point.step, {})[point.tag.removeprefix("system/")] = point.value
    return by_step


def sampling() -> int:
    return sum(thread.name == "lightboard system metrics" for thread in threading.enumerate())


def test_samples_until_close(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path, system_metrics=1)
    assert sampling() == 1
    until(lambda: len(samples(points_so_far(tmp_path))) > 1, "a second sample")
    writer.close()
    assert sampling() == 0
    first, second, *_ = samples(points(tmp_path)).items()
    assert 0 <= first[0] < second[0]
    assert set(first[1]) == AT_ONCE
    assert set(second[1]) == AT_ONCE | RATES
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    for values in (first[1], second[1]):
        assert 0 < values["process_memory_gib"] < values["memory_gib"] < total
        assert values["memory_percent"] == pytest.approx(100 * values["memory_gib"] / total, rel=0.05)
        assert 0 < values["disk_percent"] <= 100
    assert 0 <= second[1]["cpu_percent"] <= 100
    with pytest.warns(LightboardWarning, match="logging after close"):
        writer.add_scalar("loss", 0.0, 0)
    assert sampling() == 0
    writer.close()


def test_a_short_run_has_rates_too(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "long", system_metrics=True)
    until(
        lambda: len(samples(points_so_far(tmp_path / "long"))) > 1,
        "a second sample, long before 10 seconds are over",
    )
    writer.close()
    _, second, *_ = samples(points(tmp_path / "long")).values()
    assert set(second) >= RATES
    writer = SummaryWriter(tmp_path / "short", system_metrics=True)
    made = time.monotonic()
    until(lambda: len(samples(points_so_far(tmp_path / "short"))) > 0, "the first sample")
    # At least until the last one has a step of its own.
    step = max(samples(points_so_far(tmp_path / "short")))
    time.sleep(max(0.0, made + step + 0.6 - time.monotonic()))
    writer.close()
    *_, last = samples(points(tmp_path / "short")).values()
    assert set(last) >= RATES


@pytest.mark.parametrize("tell", ["config", "add_hparams"])
def test_settings_that_come_late_stand_in_the_first_session_start(tmp_path: Path, tell: str) -> None:
    """TensorBoard shows no other, and a program may load its data for minutes before it knows its settings."""
    with SummaryWriter(tmp_path, rank=0, system_metrics=1) as writer:
        run = Path(writer.log_dir)
        until(lambda: len(samples(points_so_far(run))) > 1, "a second sample")
        if tell == "config":
            writer.config({"lr": 0.5})
        else:
            writer.add_hparams({"lr": 0.5}, {"best": 1.0})
    assert hparams(run) == {"process.rank": 0.0, "lr": 0.5}
    assert [path.name for path in run.iterdir() if path.is_dir()] == []


def test_a_driver_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "pynvml.py").write_text(
        NVML.replace("def nvmlInit(): pass", "def nvmlInit(): threading.Event().wait()")
    )
    text = """
from lightboard.log import system_metrics
system_metrics.PATIENCE_SECS = 0.1
with SummaryWriter("run", system_metrics=True) as writer:
    writer.add_scalar("loss", 1.0, 0)
"""
    succeed("import builtins; builtins.threading = threading\n" + text, tmp_path)
    assert [point.tag for point in points(tmp_path / "run")] == ["loss"]


def test_the_time_of_a_busy_process(tmp_path: Path) -> None:
    sampled = Machine(str(tmp_path))
    outer = time.monotonic(), time.process_time()
    sampled.sample()
    inner = time.monotonic(), time.process_time()
    while time.process_time() < inner[1] + 0.1:
        pass
    within = time.monotonic() - inner[0]
    values = sampled.sample()
    around, used = time.monotonic() - outer[0], time.process_time() - outer[1]
    assert 100 * 0.1 / around <= values["system/process_cpu_percent"] <= 100 * used / within
    assert values["system/cpu_percent"] > 0


def test_the_thread_ends_with_a_writer_that_is_forgotten(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path, system_metrics=True)
    assert sampling() == 1
    del writer
    gc.collect()
    until(lambda: sampling() == 0, "the end of the thread")


def test_a_forked_child_takes_no_samples(tmp_path: Path) -> None:
    text = """
import time
writer = SummaryWriter("run", system_metrics=1)
for number in range(10):
    child = os.fork()
    if child == 0:
        writer.add_scalar("child", 0.0, number)
        assert threading.active_count() == 1
        writer.close()
        sys.exit(0)  # With exit hooks and what is collected then.
    assert os.waitpid(child, 0)[1] == 0
def sampled():
    return sum(b"system/cpu_percent" in open(f"run/{name}", "rb").read() for name in os.listdir("run"))
while not sampled(): time.sleep(0.01)
say(os.getpid())
"""
    pid = succeed(text, tmp_path).strip()
    for path in event_files(tmp_path / "run"):
        assert bool(samples(points_of(path))) == (f".{pid}." in path.name)
    assert sorted(point.step for point in points(tmp_path / "run") if point.tag == "child") == [*range(10)]


NVML = """
class NVMLError(Exception): pass
NVML_TEMPERATURE_GPU = 0
class Load: gpu = 75
class Memory: used, total = 6 << 30, 8 << 30
def nvmlInit(): pass
def nvmlDeviceGetCount(): return 2
def nvmlDeviceGetHandleByIndex(at): return at
def nvmlDeviceGetUtilizationRates(handle): return Load
def nvmlDeviceGetMemoryInfo(handle): return Memory
def nvmlDeviceGetTemperature(handle, sensor): return 60 + handle
def nvmlDeviceGetPowerUsage(handle):
    if handle == 1: raise NVMLError("Not Supported")
    return 250_500
"""


def test_gpus_as_the_package_of_nvidia_tells_of_them(tmp_path: Path) -> None:
    (tmp_path / "pynvml.py").write_text(NVML)  # stands in for nvidia-ml-py, which is nothing without a GPU
    succeed('SummaryWriter("run", system_metrics=True).close()', tmp_path)
    (values,) = samples(points(tmp_path / "run")).values()
    found = {name: value for name, value in values.items() if name.startswith("gpu")}
    both = {"percent": 75.0, "memory_gib": 6.0, "memory_percent": 75.0}
    assert found == {f"gpu_{at}_{name}": value for at in range(2) for name, value in both.items()} | {
        "gpu_0_celsius": 60.0,
        "gpu_1_celsius": 61.0,
        "gpu_0_watts": 250.5,
    }


def test_what_cannot_be_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_memory", lambda: machine._lines(str(tmp_path / "meminfo")))
    sampled = Machine(str(tmp_path))
    with pytest.warns(
        LightboardWarning, match=r"system_metrics: memory: expected .* FileNotFoundError.* not logged"
    ):
        assert {tag.removeprefix("system/") for tag in sampled.sample()} == AT_ONCE - {
            "memory_gib",
            "memory_percent",
        }
    assert "system/process_cpu_percent" in sampled.sample()  # and no other warning


@pytest.mark.parametrize(
    ("links", "devices", "mib"),
    [
        (["lo", "eth0", "eth1", "bond0", "bond0.100", "cni0", "tun0"], ["eth0", "eth1"], 2),
        (["lo", "eth0@if7", "eth1"], [], 2),
        (["lo"], [], 0),
    ],
    ids=["bonded", "a container", "none"],
)
def test_what_several_links_carry_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: list[str], devices: list[str], mib: float
) -> None:
    numbers = f"{1 << 20} {'0 ' * 7} {2 << 20} {'0 ' * 7}"
    (tmp_path / "dev").write_text(
        "\n".join(["Inter-|", " face |", *(f"{link}: {numbers}" for link in links)])
    )
    for link in devices:
        (tmp_path / link / "device").mkdir(parents=True)
    monkeypatch.setattr(machine, "TRAFFIC", str(tmp_path / "dev"))
    monkeypatch.setattr(machine, "LINKS", str(tmp_path))
    assert dict(machine._network()) == {
        "system/network_received_mib_per_second": mib,
        "system/network_sent_mib_per_second": 2 * mib,
    }


def test_a_device_below_another_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Azure, where the link of the host carries what its fast one does, besides its own."""
    numbers = f"{1 << 20} {'0 ' * 7} {2 << 20} {'0 ' * 7}"
    (tmp_path / "dev").write_text(f"Inter-|\n face |\neth0: {numbers}\nenP1s1: {numbers}\n")
    for link in ("eth0", "enP1s1"):
        (tmp_path / link / "device").mkdir(parents=True)
    (tmp_path / "enP1s1" / "master").symlink_to(tmp_path / "eth0")
    monkeypatch.setattr(machine, "TRAFFIC", str(tmp_path / "dev"))
    monkeypatch.setattr(machine, "LINKS", str(tmp_path))
    assert dict(machine._network())["system/network_received_mib_per_second"] == 1


@pytest.mark.parametrize("given", [0, 0.5, -1, float("nan"), float("inf"), "often", [], 1j], ids=repr)
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, given: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="system_metrics: expected"):
        SummaryWriter(tmp_path / "run", system_metrics=given)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_writes_nothing_samples_nothing(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run", write_to_disk=False, system_metrics=True):
        assert sampling() == 0


def test_a_file_system_without_a_size_is_left_out() -> None:
    sampled = Machine("/proc")
    with pytest.warns(LightboardWarning, match=r"system_metrics: disk space: expected .* ZeroDivisionError"):
        found = sampled.sample()
    assert {tag.removeprefix("system/") for tag in found} == AT_ONCE - {"disk_percent"}


@pytest.mark.parametrize("given", [True, np.True_], ids=repr)
def test_any_true_is_every_10_seconds(given: Any) -> None:
    assert seconds_between(given) == 10
