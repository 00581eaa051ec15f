"""Runs the parsing of untrusted files in processes of their own, with limits on memory and time.

A crash, a hang or an exhausted limit costs one file: the process is killed and the next file gets a new one.
Processes are kept between files, since starting one costs more than reading a plan.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from indexer.readers.limits import LIMITS, Limits, Refused
from indexer.records import SourceText

_LENGTH = struct.Struct(">I")
PROGRESS = b"."
"""A frame that says "still alive"."""


class Job(msgspec.Struct, frozen=True):
    """What the parsing process is asked: the reader to use, the file's bytes, and a folder it may write to."""

    reader: str
    data: bytes
    folder: str = ""


class Member(msgspec.Struct, frozen=True):
    """A file taken out of an archive: its name there, and either its place on disk or why it was refused."""

    name: str
    path: str = ""
    reason: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What the parsing process answers: a text, the members of an archive, or a reason (Vietnamese)."""

    source: SourceText | None = None
    members: tuple[Member, ...] = ()
    reason: str = ""


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Read one length-prefixed frame; None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    """Write one length-prefixed frame."""
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


class _Process:
    """One parsing process and the thread that listens to it."""

    def __init__(self, limits: Limits) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "OMP_THREAD_LIMIT": "1",
            "CHITHI_READER_MEMORY": str(limits.memory),
        }
        self.owner = os.getpid()
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "indexer.readers.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=environment,
            start_new_session=True,
        )
        self.frames: queue.Queue[bytes | None] = queue.Queue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        stream = cast("IO[bytes]", self.process.stdout)
        while True:
            try:
                frame = read_frame(stream)
            except (OSError, ValueError):
                frame = None
            self.frames.put(frame)
            if frame is None:
                return

    def send(self, body: bytes) -> None:
        """Send a request; raises ``BrokenPipeError`` where the process is gone."""
        write_frame(cast("IO[bytes]", self.process.stdin), body)

    def alive(self) -> bool:
        """Say whether the process can take a request from this process."""
        return self.owner == os.getpid() and self.process.poll() is None

    def last_words(self) -> str:
        """Return the last line that the process wrote to its error stream."""
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 2000))
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:160] if lines else ""

    def ended(self) -> int | None:
        """Wait a moment for the exit status of a process that closed its output."""
        try:
            return self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> int | None:
        """Kill the process and all that it started; return its exit status."""
        if self.owner != os.getpid():
            return None
        if self.process.poll() is None:
            if hasattr(os, "killpg"):
                try:
                    os.killpg(self.process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    self.process.kill()
            else:
                self.process.kill()
        status = self.process.wait()
        self.listener.join(timeout=5)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        self.errors.close()
        return status


_MOST_IDLE = 4
_idle: list[_Process] = []
_lock = threading.Lock()


def _forget() -> None:
    """Leave the processes to whoever started them: a forked child starts its own."""
    global _lock
    _idle.clear()
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _take(limits: Limits) -> _Process:
    with _lock:
        while _idle:
            process = _idle.pop()
            if process.alive():
                return process
            process.end()
    return _Process(limits)


def _give_back(process: _Process) -> None:
    with _lock:
        if len(_idle) < _MOST_IDLE:
            _idle.append(process)
            return
    process.end()


@atexit.register
def close() -> None:
    """End the idle parsing processes; they start again when needed."""
    with _lock:
        ended, _idle[:] = list(_idle), []
    for process in ended:
        process.end()


def run(job: Job, limits: Limits = LIMITS) -> Reply:
    """Have a job done in a parsing process.

    Raises :class:`Refused` with a Vietnamese reason where the file cannot be read, the process died, or a
    limit was reached.
    """
    body = msgspec.msgpack.encode(job)
    process = _take(limits)
    try:
        try:
            process.send(body)
        except OSError:
            # it ended while idle; a fresh one gets the job
            process.end()
            process = _Process(limits)
            process.send(body)
        reply = _await(process, limits)
    except Refused:
        process.end()
        raise
    except OSError as error:
        status = process.end()
        raise Refused(_death(status, str(error))) from None
    except BaseException:
        process.end()
        raise
    _give_back(process)
    if reply.reason:
        raise Refused(reply.reason)
    return reply


def _await(process: _Process, limits: Limits) -> Reply:
    deadline = time.monotonic() + limits.total
    while True:
        left = min(limits.silence, deadline - time.monotonic())
        try:
            frame = process.frames.get(timeout=max(left, 0.01))
        except queue.Empty:
            raise Refused(
                f"đọc quá lâu ({min(limits.silence, limits.total):.0f} giây không xong một bước) nên đã dừng; "
                "tệp có thể bị hỏng hoặc quá phức tạp, hãy mở và lưu lại rồi thử lại"
            ) from None
        if frame is None:
            words = process.last_words()
            raise Refused(_death(process.ended(), words))
        if frame == PROGRESS:
            if time.monotonic() > deadline:
                raise Refused(f"đọc quá {limits.total:.0f} giây nên đã dừng; hãy tách tệp thành nhiều phần")
            continue
        return msgspec.msgpack.decode(frame, type=Reply)


def _death(status: int | None, words: str) -> str:
    """Say why a parsing process ended."""
    if "MemoryError" in words or "bad_alloc" in words:
        return "tệp cần quá nhiều bộ nhớ để đọc; có thể là tệp độc hại hoặc quá lớn"
    if status is not None and hasattr(signal, "SIGXCPU") and status == -signal.SIGXCPU:
        return "tệp cần quá nhiều thời gian xử lý nên đã dừng; tệp có thể bị hỏng hoặc độc hại"
    told = f" ({words})" if words else ""
    return f"chương trình đọc tệp bị dừng đột ngột, mã {status}{told}; tệp có thể bị hỏng, hãy mở và lưu lại rồi thử lại"


def confined(command: list[str], memory: int) -> list[str]:
    """Return a command line that runs ``command`` under a limit of address space, where the system has one."""
    if not sys.platform.startswith("linux"):
        return command
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("confine.py")), str(memory), *command]


def run_program(
    command: list[str],
    *,
    seconds: float,
    memory: int,
    data: bytes | None = None,
    environment: dict[str, str] | None = None,
) -> tuple[int | None, bytes]:
    """Run an outside program in a process group of its own; return (exit status, its output).

    The status is None where the time was up; then all that it started has been killed.
    """
    options: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {}
    with subprocess.Popen(
        confined(command, memory),
        stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        **options,
    ) as process:
        try:
            output, _ = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill_group(process)
            process.communicate()
            return None, b""
        except BaseException:
            _kill_group(process)
            raise
        if os.name == "posix":
            _kill_group(process)  # whatever it left behind
    return process.returncode, output


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if os.name != "posix":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
