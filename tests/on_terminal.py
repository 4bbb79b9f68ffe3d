"""Runs a command on a terminal of its own: python3 on_terminal.py CMD...

Used by `tests/machine run --tty`, inside the machine. The command gets a new session with a new pty as its controlling
terminal. Standard input is handed to it as a person would type: if it is a terminal, key by key; otherwise a line at a
time, each only when the command waits for it (a prompt with echo off, or no output for half a second), because programs
that ask for a password throw away what was typed before they asked. At the end of the input, ^D is typed.
Exits with the command's status, or 128 + the signal that ended it.
"""
import fcntl
import os
import select
import signal
import sys
import termios
import time
import tty

ECHO_OFF_PAUSE = 0.05
QUIET_PAUSE = 0.5
CTRL_D = b"\x04"


def copy_window_size(master):
    try:
        size = fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        size = b"\x18\x00\x50\x00\x00\x00\x00\x00"  # 24 lines of 80
    fcntl.ioctl(master, termios.TIOCSWINSZ, size)


def show(data):
    if not os.isatty(1):
        data = data.replace(b"\r\n", b"\n")
    while data:
        data = data[os.write(1, data):]


def read_or_end(fd):
    """What can be read now, or b"" at the end (a pty without a process on it gives EIO)."""
    try:
        return os.read(fd, 65536)
    except OSError:
        return b""


def is_waiting(master, quiet_since):
    """Whether the command seems to wait for a line."""
    echo = termios.tcgetattr(master)[3] & termios.ECHO
    return time.monotonic() - quiet_since >= (QUIET_PAUSE if echo else ECHO_OFF_PAUSE)


def converse_in_lines(master):
    """Standard input is a file or pipe: type it line by line. Ends when the command's side is closed."""
    waiting_input, input_open, ended = b"", True, False
    quiet_since = time.monotonic()
    while True:
        watched = [master] + ([0] if input_open else [])
        ready = select.select(watched, [], [], 0.02)[0]
        if master in ready:
            data = read_or_end(master)
            if not data:
                return
            show(data)
            quiet_since = time.monotonic()
        if 0 in ready:
            data = read_or_end(0)
            input_open = bool(data)
            waiting_input += data
        if ended or not is_waiting(master, quiet_since):
            continue
        if b"\n" in waiting_input or (waiting_input and not input_open):
            line, newline, waiting_input = waiting_input.partition(b"\n")
            os.write(master, line + newline)
            quiet_since = time.monotonic()
        elif not input_open:
            os.write(master, CTRL_D)
            ended = True


def converse_in_keys(master):
    """Standard input is a terminal: every key is the command's."""
    saved = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        while True:
            ready = select.select([master, 0], [], [], 0.5)[0]
            copy_window_size(master)  # there is no SIGWINCH from a terminal that is not ours
            if master in ready:
                data = read_or_end(master)
                if not data:
                    return
                show(data)
            if 0 in ready:
                os.write(master, read_or_end(0) or CTRL_D)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)


def main():
    command = sys.argv[1:]
    pid, master = os.forkpty()
    if pid == 0:
        for ignored_by_python in signal.SIGPIPE, signal.SIGXFSZ:
            signal.signal(ignored_by_python, signal.SIG_DFL)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127 if isinstance(error, FileNotFoundError) else 126)
    copy_window_size(master)
    if os.isatty(0):
        converse_in_keys(master)
    else:
        converse_in_lines(master)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.exit(status if status >= 0 else 128 - status)


main()
