"""What the kernel is told to answer to system calls, on machines of either kind; here the answers are reckoned."""

import os
import struct

import pytest

from watermark.jail import calls

ALLOWED, KILLED = 0x7FFF0000, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LINES_MAX = 4096  # BPF_MAXINSNS
# Numbers of the kernel's own tables, asm/unistd.h.
READ = {"x86_64": 0, "aarch64": 63}
OPENAT = {"x86_64": 257, "aarch64": 56}
EXECVE = {"x86_64": 59, "aarch64": 221}
CLONE = {"x86_64": 56, "aarch64": 220}
SOCKET = {"x86_64": 41, "aarch64": 198}
PTRACE = {"x86_64": 101, "aarch64": 117}
TGKILL = {"x86_64": 234, "aarch64": 131}
KILL = {"x86_64": 62, "aarch64": 129}
FCNTL = {"x86_64": 72, "aarch64": 25}
CLONE3, NEWEST = 435, 463
THREAD, PROCESS, NAMESPACE = 0x3D0F00, 17, 0x10000000
SET_OWNER = 8


def refused(error: int) -> int:
    """The answer that makes a call end with this error."""
    return 0x00050000 | error


def answer(program: calls.Lines, machine: str, number: int, *arguments: int) -> int:
    """What the program says, as seccomp(2) has the kernel run it."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("IIQ6Q", number, ARCHITECTURES[machine], 0, *padded)
    held, at = 0, 0
    while True:
        code, hit, miss, operand = program[at]
        at += 1
        match code:
            case 0x20:
                (held,) = struct.unpack_from("I", data, operand)
            case 0x54:
                held &= operand
            case 0x15:
                at += hit if held == operand else miss
            case 0x35:
                at += hit if held >= operand else miss
            case 0x06:
                return operand


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_alone_a_process_reads_and_reckons(machine: str) -> None:
    """What it may is listed; whatever is not, calls of kernels to come among them, is refused."""
    program = calls.alone(machine, threads=False)

    def of(number: int, *arguments: int) -> int:
        return answer(program, machine, number, *arguments)

    assert len(program) < LINES_MAX
    assert {ALLOWED} == {of(READ[machine]), of(OPENAT[machine], 0, 0, os.O_RDONLY | os.O_CLOEXEC)}
    writing = (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT, os.O_RDONLY | os.O_TRUNC)
    assert {refused(1)} == {of(OPENAT[machine], 0, 0, flags) for flags in writing}
    gone = (EXECVE, SOCKET, PTRACE, KILL, CLONE)
    assert {refused(1)} == {of(each[machine]) for each in gone} | {of(NEWEST), of(1000)}
    assert (ALLOWED, refused(1)) == (of(TGKILL[machine], os.getpid()), of(TGKILL[machine], os.getpid() + 1))
    assert refused(1) == of(FCNTL[machine], 0, SET_OWNER)


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_threads_are_no_processes(machine: str) -> None:
    """Where they are allowed, nothing else is that clone(2) makes; clone3 is said not to be there."""
    program = calls.alone(machine, threads=True)
    made = [answer(program, machine, CLONE[machine], flags) for flags in (THREAD, PROCESS, THREAD | NAMESPACE)]
    assert [ALLOWED, refused(1), refused(1)] == made
    assert refused(38) == answer(program, machine, CLONE3)


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_programs_may_most_things(machine: str) -> None:
    """Not what reaches out of their folder; nor what is newer than this list; signals as Landlock keeps them."""
    program = calls.of_programs(machine, signals=False)

    def of(number: int, *arguments: int) -> int:
        return answer(program, machine, number, *arguments)

    assert {ALLOWED} == {of(each[machine]) for each in (READ, EXECVE)} | {of(CLONE[machine], PROCESS)}
    assert {refused(1)} == {of(PTRACE[machine]), of(KILL[machine]), of(CLONE[machine], NAMESPACE)}
    assert {refused(38)} == {of(NEWEST), of(CLONE3)}
    assert refused(13) == of(SOCKET[machine], 2, 1)
    assert ALLOWED == answer(calls.of_programs(machine, signals=True), machine, KILL[machine])


def test_a_process_that_speaks_for_another_machine_is_ended() -> None:
    """The calls of 32 bits have other numbers."""
    assert KILLED == answer(calls.alone("x86_64", threads=False), "aarch64", READ["x86_64"])
