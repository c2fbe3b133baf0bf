# What a board's REPL does, in MicroPython, for unix programs whose own REPL has no raw mode
# (1.26 and earlier; later ones run this as well). Started by software_board.py, in the folder
# that stands for the board's flash, with "cold" or "soft" as its argument.
# Exit codes: 0 soft reset, 3 machine.reset().
import gc
import sys

WINDOW = 128
BANNER = b"raw REPL; CTRL-B to exit\r\n>"

_in = sys.stdin.buffer
_out = sys.stdout.buffer


class Machine:
    @staticmethod
    def reset():
        raise SystemExit(3)


sys.modules["machine"] = Machine


def run(source, scope):
    """Run code, and print what went wrong; a reset leaves this program."""
    try:
        exec(source, scope)
    except SystemExit as exit:
        sys.exit(exit.args[0] if exit.args else 0)
    except BaseException as error:
        return error
    return None


def run_file(name, scope):
    try:
        with open(name) as file:
            source = file.read()
    except OSError:
        return
    error = run(source, scope)
    if error is not None:
        sys.print_exception(error)


def run_and_tell(source, scope):
    """Run code as the raw REPL does: its output, 0x04, its traceback, 0x04."""
    error = run(source, scope)
    _out.write(b"\x04")
    if error is not None:
        sys.print_exception(error)
    _out.write(b"\x04>")
    gc.collect()


def paste():
    """Take code by raw-paste mode, window by window."""
    code = bytearray()
    _out.write(b"R\x01" + bytes((WINDOW & 255, WINDOW >> 8)) + b"\x01")
    left = WINDOW
    while True:
        byte = _in.read(1)
        if byte == b"\x04" or not byte:
            _out.write(b"\x04")
            return code.decode()
        code += byte
        left -= 1
        if left == 0:
            _out.write(b"\x01")
            left = WINDOW


def raw(scope):
    """The raw REPL, until Ctrl-B or a soft reset."""
    code = bytearray()
    _out.write(BANNER)
    while True:
        try:
            byte = _in.read(1)
            if not byte:
                sys.exit(0)
            if byte == b"\x01" and bytes(code) == b"\x05A":
                code = bytearray()
                run_and_tell(paste(), scope)
            elif byte == b"\x01":
                code = bytearray()
                _out.write(BANNER)
            elif byte == b"\x02":
                return
            elif byte == b"\x04" and not code:
                _out.write(b"OK\r\n")
                sys.exit(0)
            elif byte == b"\x04":
                source, code = code.decode(), bytearray()
                _out.write(b"OK")
                run_and_tell(source, scope)
            else:
                code += byte
        except KeyboardInterrupt:
            code = bytearray()


def main():
    scope = {"__name__": "__main__"}
    run_file("boot.py", scope)
    # For software_board.py, which keeps the host's bytes back until it hears this.
    _out.write(b"\0")
    if sys.argv[1] == "soft":
        _out.write(b"MPY: soft reboot\r\n")
        raw(scope)
    else:
        run_file("main.py", scope)
    while True:
        try:
            _out.write(b"MicroPython v" + sys.version.split("v")[-1].encode() + b"\r\n>>> ")
            while _in.read(1) != b"\x01":
                pass
            raw(scope)
        except KeyboardInterrupt:
            _out.write(b"\r\nKeyboardInterrupt: \r\n")


main()
