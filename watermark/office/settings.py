"""What LibreOffice is told: its settings, its command line, its environment.

Promises: nothing of a document runs (macros, scripts, Java, forms' code), nothing is fetched or brought up to date
(links, fields of other files), nothing is asked of anybody, and nothing outside of the job's folder is used but the
program itself and the machine's fonts. Leaves enforcing the latter to `jail`.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from noto_cjk_sans_otc import FONT_PATH

from watermark.media_types import OFFICE_FILTERS

# What the program reads beside its own folder; what a machine doesn't have is left out.
SYSTEM_PATHS = tuple(
    map(
        Path,
        (
            *("/usr", "/lib", "/lib64", "/bin"),
            *(
                "/etc/fonts",
                "/etc/libreoffice",
                "/etc/ld.so.cache",
                "/etc/localtime",
                "/etc/nsswitch.conf",
                "/etc/passwd",
            ),
            *("/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig"),
            *("/dev/urandom", "/dev/zero", "/proc/self", "/proc/meminfo", "/proc/cpuinfo"),
        ),
    )
)
NEVER = "2"  # of updating links

_COMMON, _WRITER, _CALC = "org.openoffice.Office.Common", "org.openoffice.Office.Writer", "org.openoffice.Office.Calc"
_SETTINGS = (
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", "true"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Misc", "UseOpenCL", "false"),
    (f"{_COMMON}/Load", "UpdateDocMode", "0"),
    ("org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    (f"{_WRITER}/Content/Update", "Link", NEVER),
    (f"{_CALC}/Content/Update", "Link", NEVER),
    (f"{_CALC}/Formula/Load", "OOXMLRecalcMode", "1"),  # never: what the author saw and saved is shown
    (f"{_CALC}/Formula/Load", "ODFRecalcMode", "1"),
)


def registry() -> str:
    """registrymodifications.xcu of the throw-away profile."""
    items = "".join(
        f'<item oor:path="/{escape(path)}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )


def fonts(folder: Path) -> str:
    """fonts.conf: the machine's fonts, and behind them the Chinese ones that this package brings."""
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{escape(str(FONT_PATH.parent))}</dir><cachedir>{escape(str(folder / 'fonts'))}</cachedir></fontconfig>"
    )


def command(program: Path, folder: Path, source: Path, media_type: str) -> list[str]:
    """The command that writes `source` as PDF, under its name, into `folder`/out."""
    reads, writes = OFFICE_FILTERS[media_type]
    return [
        str(program),
        *(
            "--headless",
            "--invisible",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nolockcheck",
            "--nofirststartwizard",
        ),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        f"--infilter={reads}",
        *("--convert-to", f"pdf:{writes}", "--outdir", str(folder / "out"), str(source)),
    ]


def environment(folder: Path) -> Mapping[str, str]:
    """Nothing of ours: its home, its temporary files and its socket lie in the job's folder."""
    temporary = str(folder / "tmp")
    return {
        "HOME": str(folder),
        "TMPDIR": temporary,
        "XDG_RUNTIME_DIR": temporary,
        "OSL_SOCKET_PATH": temporary,
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "SAL_USE_VCLPLUGIN": "svp",
    }
