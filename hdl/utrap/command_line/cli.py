"""The command `utrap`: whatever goes wrong becomes one line and an exit status.

    0    done
    1    done, and the answer is no (a difference, a failed proof): a command returns it
    2    the request cannot be carried out: one line says why
    130  interrupted (Ctrl-C)
    141  the reader of the output has gone away

A defect of utrap itself is the only thing that ends in a traceback.
"""

import os
import signal
import sys
import warnings
from types import FrameType

# Everything else is imported inside `main`, so that Ctrl-C finds the handler in place.


def main() -> int:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored, in the background
        signal.signal(signal.SIGINT, _interrupt)
    try:
        try:
            return _run(sys.argv[1:])
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where an error can still be reported
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second one ends the process at once
        return _say("interrupted", 130)
    except BrokenPipeError:
        _discard(sys.stdout)
        return 141
    except OSError as error:
        _discard(sys.stdout)
        return _say(_refused(error), 2)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl-C: what libraries warn of when their objects go unused (Amaranth does) is its doing, and not told."""
    warnings.simplefilter("ignore")
    signal.default_int_handler(number, frame)


def _refused(error: OSError) -> str:
    """What the operating system refused, and what it was about."""
    import shutil
    import tempfile

    # Of what could not be copied the first is enough.
    reason = error.strerror or (error.args[0][0][-1] if isinstance(error, shutil.Error) else str(error))
    if error.filename is not None:
        return f"{error.filename}: {reason}"
    # Whoever writes a file that was asked for names it: what is left is the output, or temporary.
    other = f"{tempfile.gettempdir()} (TMPDIR names another folder)"
    return f"cannot write the output, or what is temporary in {other}: {reason}"


def _run(arguments: list[str]) -> int:
    import click

    from utrap.command_line.errors import UserError
    from utrap.command_line.registry import command_line
    from utrap.design_error import DesignError

    try:
        with command_line.make_context("utrap", arguments or ["--help"]) as context:
            status = command_line.invoke(context)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except UserError as error:
        return _say(str(error), 2)
    except DesignError as error:
        return _say(f"the design does not fit: {error}", 2)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "utrap"
        said = error.format_message()
        return _say(f"{said}{'' if said.endswith(('.', '?')) else '.'} See '{where} --help'.", 2, where)
    except click.ClickException as error:
        return _say(error.format_message(), 2)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or missing.startswith("utrap"):
            raise
        needs = f"this needs the Python package {missing!r}, which is not installed"
        return _say(needs + _extra_with(missing), 2)


def _extra_with(package: str) -> str:
    """Which of utrap's extras brings the package, as the end of a sentence."""
    import re
    from importlib.metadata import PackageNotFoundError, requires

    try:
        requirements = requires("utrap") or []
    except PackageNotFoundError:  # a checkout that was never installed
        return ""
    for requirement in requirements:
        if found := re.match(re.escape(package) + r"\b.*\bextra == ['\"]([\w-]+)", requirement):
            return f": pip install 'utrap[{found[1]}]'"
    return ""


def _say(message: str, status: int, who: str = "utrap") -> int:
    """One line to the user, and the status to end with."""
    from utrap.command_line.errors import one_line

    if sys.stderr is not None:
        try:
            print(f"{who}: {one_line(message)}", file=sys.stderr, flush=True)
        except OSError:  # nobody reads it; the status still tells
            _discard(sys.stderr)
    return status


def _discard(stream: object) -> None:
    """Send what is left in the stream's buffer nowhere, so that Python's own flush at exit is quiet."""
    if stream is not None:
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())  # type: ignore[attr-defined]
        os.close(descriptor)
