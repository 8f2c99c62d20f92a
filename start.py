"""Set Legwork up in this checkout, then open it (``start.py [arguments]``) or test it (``start.py test``).

Standard library only. Python 3.6 can read it, so that an old Python gets a sentence: hence the quoted annotations.
"""

import ctypes
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 13)

# What Qt opens (or the tests start), and the Debian packages that may hold it, the newest name first.
QT_LIBRARIES = {
    "libGL.so.1": ("libgl1",),
    "libEGL.so.1": ("libegl1",),
    "libglib-2.0.so.0": ("libglib2.0-0t64", "libglib2.0-0"),
    "libdbus-1.so.3": ("libdbus-1-3",),
    "libfontconfig.so.1": ("libfontconfig1",),  # brings fonts-dejavu-core with it
    "libxkbcommon.so.0": ("libxkbcommon0",),
    "libbrotlidec.so.1": ("libbrotli1",),
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0",),
    "libxcb-icccm.so.4": ("libxcb-icccm4",),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1",),
    "libxcb-shape.so.0": ("libxcb-shape0",),
    "libxcb-xkb.so.1": ("libxcb-xkb1",),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0",),
}
TEST_PROGRAMS = {
    "Xvfb": ("xvfb",),
    "xauth": ("xauth",),
    "openbox": ("openbox",),
    "xdotool": ("xdotool",),
    "xrandr": ("x11-xserver-utils",),
    "postgres": ("postgresql",),
}
PURPOSES = {"test": "test", "screenshot": "offscreen", "bench": "offscreen"}  # by first argument; see purpose_of

# What pip says, and what it means to the reader; the first match counts.
PIP_TROUBLES = {
    r"No space left on device": "The disk is full: Legwork needs about 1.3 GB in {root}. Free some and try again.",
    r"DO NOT MATCH THE HASHES": "A downloaded file does not match its fingerprint in requirements, so nothing was "
    "installed. Try again; if it happens twice, the package index you use serves altered files.",
    r"NewConnectionError|Failed to establish|name resolution|getaddrinfo failed|Network is unreachable|timed out"
    r"|Connection refused|ProxyError|SSLError|Connection aborted": "The package index cannot be reached, so Legwork's "
    "libraries could not be installed. Check the network or the proxy and try again; what was fetched is kept.",
    r"No matching distribution.*": "The package index has no ready-made file of a library for this system ({found}). "
    "Legwork runs on 64-bit Linux (glibc 2.34 or newer), macOS and Windows, with Python 3.11 to 3.13.",
}


class SetupError(Exception):
    """Something the reader has to mend; its text says what, where and what to do now."""


def say(text: str) -> None:
    """Show one line of progress at once, also through a pipe."""
    encoding = sys.stdout.encoding or "utf-8"  # an old console may lack some letters
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def answer_of(command: "list[str]") -> "tuple[int, str]":
    """Exit status and output of a command that is run to its end, asking nothing."""
    quiet, pipe, merged = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
    done = subprocess.run(
        command, stdin=quiet, stdout=pipe, stderr=merged, encoding="utf-8", errors="replace", check=False
    )
    return done.returncode, done.stdout


def last_line(output: str) -> str:
    """The last thing a program said."""
    return (output.strip().splitlines() or ["it did not say why"])[-1]


def is_suitable(version: "tuple[int, ...]") -> bool:
    """Whether Legwork runs on this Python version (Qt for Python and qasync decide)."""
    return OLDEST <= version <= NEWEST


def other_python() -> "list[str]":
    """The command of a suitable Python on the PATH that really starts (a version manager's stub may not), or none."""
    for name in ("3.13", "3.12", "3.11"):
        command = ["py", "-" + name] if os.name == "nt" else ["python" + name]
        if not shutil.which(command[0]):
            continue
        status, output = answer_of([*command, "-c", "import sys; print(*sys.version_info[:2])"])
        if status == 0 and is_suitable(tuple(int(word) for word in output.split())):
            return command
    return []


def continue_with_suitable_python(arguments: "list[str]") -> None:
    """Return on a suitable Python; otherwise start over with one from the PATH, or say that there is none."""
    if is_suitable(sys.version_info[:2]):
        return
    version = ".".join(str(part) for part in sys.version_info[:3])
    command = other_python()
    if not command:
        raise SetupError(
            f"Legwork needs Python 3.11, 3.12 or 3.13; this is Python {version} and no other was found. "
            "Install Python 3.13 from your system's packages or python.org and run the same command again."
        )
    say(f"This is Python {version}; going on with {' '.join(command)}.")
    hand_over([*command, str(Path(__file__).resolve()), *arguments])


def hand_over(command: "list[str]") -> None:
    """Become another program; its exit status is ours."""
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execvp(command[0], command)


def opens(library: str) -> bool:
    """Whether the dynamic linker finds a shared library, by its soname."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_program(name: str) -> bool:
    """Whether a program is on the PATH or, for PostgreSQL's server, where Debian keeps it."""
    return bool(shutil.which(name)) or (name == "postgres" and any(Path("/usr/lib/postgresql").glob("*/bin/postgres")))


def missing_pieces(purpose: str) -> "tuple[dict[str, str], dict[str, str]]":
    """What Qt cannot start without and what tests wish for, with its Debian package, where this system lacks it."""
    if not sys.platform.startswith("linux") or purpose == "plain":
        return {}, {}
    libraries = {name: packages for name, packages in QT_LIBRARIES.items() if not opens(name)}
    for_windows = {name: packages for name, packages in WINDOW_LIBRARIES.items() if not opens(name)}
    programs = {name: packages for name, packages in TEST_PROGRAMS.items() if not has_program(name)}
    needed = dict(libraries, **for_windows) if purpose == "window" else libraries
    wished = dict(for_windows, **programs) if purpose == "test" else {}
    first, second = ({name: known_package(lack[name]) for name in lack} for lack in (needed, wished))
    return first, second


def known_package(candidates: "tuple[str, ...]") -> str:
    """The first package name that this release of the distribution knows, else the last (the oldest) one."""
    for candidate in candidates[:-1] if shutil.which("apt-cache") else ():
        if "Package: " + candidate in answer_of(["apt-cache", "show", candidate])[1]:
            return candidate
    return candidates[-1]


def root_prefix() -> "list[str] | None":
    """How to install system packages without a question: as root, through sudo, or (``None``) not at all."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") and answer_of(["sudo", "-n", "true"])[0] == 0 else None


def apt_get(arguments: "list[str]", seconds: int) -> bool:
    """Run apt-get without questions and within a time; whether it was allowed and succeeded."""
    prefix = root_prefix()
    if prefix is None:
        return False
    settings = ["-qq", "-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1"]
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *settings, *arguments]
    quiet = subprocess.DEVNULL
    try:
        return subprocess.call(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        return False


def install_packages(packages: "set[str]") -> None:
    """Install Debian packages where we may, together or, where one of them is unknown, one by one."""
    install = ["install", "-y", "--no-install-recommends"]
    if packages and not apt_get([*install, *sorted(packages)], 1200) and len(packages) > 1:
        for name in sorted(packages):
            apt_get([*install, name], 600)


def install_command(packages: "set[str]") -> str:
    """What the reader can type, or ask for, to have these Debian packages."""
    names = " ".join(sorted(packages))
    return f"sudo apt-get install {names}" if shutil.which("apt-get") else f"what Debian calls {names}"


def provide_system_packages(purpose: str) -> None:
    """Make sure of Qt's libraries, and of what the tests wish for; raise SetupError where Qt could not start."""
    needed, wished = missing_pieces(purpose)
    refused = ENVIRONMENT / "legwork-refused"
    given_up = refused.read_text(encoding="utf-8") if refused.is_file() else ""
    if (needed or (wished and given_up != " ".join(sorted(wished)))) and root_prefix() is not None:
        say("Missing: " + ", ".join([*needed, *wished]) + "; apt-get is asked for them...")
        if apt_get(["update"], 180):
            needed, wished = missing_pieces(purpose)  # the newest names are known only now
        install_packages(set(needed.values()))
        install_packages(set(wished.values()))
        needed, wished = missing_pieces(purpose)
        refused.write_text(" ".join(sorted(wished)), encoding="utf-8")  # not tried again at each start
    if needed:
        command = install_command(set(needed.values()))
        raise SetupError(f"Qt cannot start without {', '.join(needed)}. Install: {command}")
    if wished:
        command = install_command(set(wished.values()))
        say(f"Tests that need {', '.join(wished)} will be skipped. To run them: {command}")


def program(name: str) -> Path:
    """A program of the environment, by its plain name."""
    return ENVIRONMENT / "Scripts" / (name + ".exe") if os.name == "nt" else ENVIRONMENT / "bin" / name


def environment_version() -> "tuple[int, ...]":
    """The Python version an existing environment was made with; empty where there is none that starts."""
    try:
        text = (ENVIRONMENT / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return ()
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE)
    return (int(found.group(1)), int(found.group(2))) if found and program("python").exists() else ()


def create_environment() -> None:
    """Make ``.venv`` anew with this Python, installing Debian's venv package where it is missing and we may."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        package = known_package(("python{}.{}-venv".format(*sys.version_info[:2]), "python3-venv"))
        say(f"Installing the system package {package}...")
        apt_get(["update"], 180)
        install_packages({package})
        importlib.invalidate_caches()
        if importlib.util.find_spec("ensurepip") is None:
            raise SetupError(
                "This Python cannot make an environment of its own (its module ensurepip is missing). "
                f"Install: {install_command({package})}"
            )
    say(f"Making an environment in {ENVIRONMENT.name} with Python {sys.version.split()[0]}...")
    python = getattr(sys, "_base_executable", None) or sys.executable
    status, output = answer_of([python, "-m", "venv", "--clear", str(ENVIRONMENT)])
    if status:
        raise SetupError(f"The environment {ENVIRONMENT} could not be made: {last_line(output)}")


def has_pip() -> bool:
    """Whether the environment has a pip that starts; an environment made by other tools may come without."""
    python = str(program("python"))
    return any(answer_of([python, "-m", *words])[0] == 0 for words in (["pip", "--version"], ["ensurepip"]))


def explain(output: str) -> str:
    """What went wrong, from what pip printed: one sentence for the reader."""
    for pattern, sentence in PIP_TROUBLES.items():
        found = re.search(pattern, output)
        if found:
            return sentence.format(root=ROOT, found=found.group(0))
    return f"Legwork's libraries could not be installed: {last_line(output)}"


def pip_install(arguments: "list[str]", total: int) -> None:
    """Run pip in the environment and show how far it is; raise SetupError with a sentence where it fails."""
    os.environ.setdefault("PIP_RETRIES", "2")
    os.environ.setdefault("PIP_DEFAULT_TIMEOUT", "30")
    command = [str(program("python")), "-m", "pip", "install", "--no-input", "--progress-bar", "off", *arguments]
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    process = subprocess.Popen(command, stdout=pipe, stderr=merged, encoding="utf-8", errors="replace")
    lines, done, shown = [], 0, time.monotonic()
    for line in process.stdout or ():
        lines.append(line)
        done += line.startswith(("Collecting ", "Requirement already satisfied"))
        if line.startswith("Installing collected"):
            say("  unpacking ...")
        elif time.monotonic() - shown > 3:
            shown = time.monotonic()
            say(f"  {min(done, total)} of {total} found")
    if process.wait():
        raise SetupError(explain("".join(lines)))


def fingerprint(requirements: Path, version: "tuple[int, ...]") -> str:
    """What an environment was made from: libraries, project file, place and Python version."""
    made_from = f"{ROOT} {version}".encode() + requirements.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(made_from).hexdigest()


def provide_environment(kind: str) -> None:
    """Bring ``.venv`` up to the pinned libraries of a kind (``run`` or ``test``); nothing to do where it already is."""
    requirements = ROOT / "requirements" / (kind + ".txt")
    version = environment_version()
    stamp = ENVIRONMENT / f"legwork-{kind}-ready"
    made_from = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if is_suitable(version) and made_from == fingerprint(requirements, version):
        return
    began = time.monotonic()
    if not is_suitable(version) or not has_pip():
        create_environment()
        version = environment_version()
    total = len(re.findall(r"^[^#\s=]+==", requirements.read_text(encoding="utf-8"), re.MULTILINE))
    say(f"Installing the {total} pinned libraries of requirements/{requirements.name} (once; about 1 GB on disk)...")
    pip_install(["--require-hashes", "--only-binary", ":all:", "-r", str(requirements)], total)
    pip_install(["--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], 1)
    for made in {kind, "run"}:  # the libraries of the tests include those of the workstation
        text = fingerprint(ROOT / "requirements" / (made + ".txt"), version)
        (ENVIRONMENT / f"legwork-{made}-ready").write_text(text, encoding="utf-8")
    say(f"Set up in {time.monotonic() - began:.0f} s.")


def has_display(environ: "dict[str, str]") -> bool:
    """Whether a window can be shown, judged by the variables a Linux desktop sets."""
    if not sys.platform.startswith("linux"):
        return True
    offscreen = environ.get("QT_QPA_PLATFORM", "").split(":")[0] in {"offscreen", "minimal", "vnc", "linuxfb", "eglfs"}
    return offscreen or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def purpose_of(arguments: "list[str]") -> str:
    """What a start is for: ``test``, ``window``, ``offscreen`` (draws without a screen) or ``plain`` (no Qt)."""
    if not arguments or (arguments[0].startswith("-") and "--help" not in arguments and "--version" not in arguments):
        return "window"
    return PURPOSES.get(arguments[0], "plain")


def open_workstation(arguments: "list[str]") -> None:
    """Become the ``legwork`` command."""
    if purpose_of(arguments) == "window" and not has_display(dict(os.environ)):
        raise SetupError(
            "Everything is set up, but there is no display to open a window on (DISPLAY is not set). "
            "Log in to a desktop, or use a virtual screen (xvfb-run python3 start.py), "
            "or trade without a window: python3 start.py run --headless"
        )
    hand_over([str(program("legwork")), *arguments])


def pytest_command(arguments: "list[str]", cores: int) -> "list[str]":
    """How to run the tests: side by side on up to four cores unless the arguments decide that themselves."""
    own = any(argument.startswith(("-n", "--numprocesses", "--pdb", "-s", "--collect-only")) for argument in arguments)
    spread = [] if own or cores < 2 else ["-n", str(min(cores, 4))]
    return [str(program("python")), "-m", "pytest", *spread, *arguments]


def run_checks(arguments: "list[str]") -> int:
    """Run the static checks, then the tests, whose summary is the last line when all is well; the exit status."""
    os.chdir(str(ROOT))
    checks = [
        ("formatting", [str(program("ruff")), "format", "--check", "."]),
        ("lint", [str(program("ruff")), "check", "."]),
        ("types", [str(program("mypy"))]),
        ("import contracts", [str(program("lint-imports"))]),
    ]
    failed = []
    for number, (name, command) in enumerate(checks, 1):
        began = time.monotonic()
        print(f"[{number}/5] {name}... ", end="", flush=True)
        status, output = answer_of(command)
        say(f"{'FAILED' if status else 'ok'} ({time.monotonic() - began:.1f} s)")
        if status:
            failed.append(name)
            say(output)
    say("[5/5] tests...")
    if subprocess.call(pytest_command(arguments, os.cpu_count() or 1)):
        failed.append("tests")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr, flush=True)
    return 1 if failed else 0


def main(arguments: "list[str]") -> int:
    """Set up, then do what was asked; the exit status."""
    os.environ["PYTHONUTF8"] = "1"
    try:
        continue_with_suitable_python(arguments)
        purpose = purpose_of(arguments)
        provide_environment("test" if purpose == "test" else "run")
        provide_system_packages(purpose)
        if purpose == "test":
            return run_checks(arguments[1:])
        open_workstation(arguments)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Legwork could not be set up: {error.strerror or error} ({error.filename or ROOT}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
