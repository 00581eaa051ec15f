"""Old Word files (.doc, .rtf, .odt): turned into .docx by LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from indexer.readers.isolate import run_program
from indexer.readers.limits import LIMITS, Refused

_MEMORY = 6 * 1024**3  # LibreOffice maps far more than it uses
_MISSING = (
    "cần LibreOffice để đọc tệp {suffix} (Ubuntu/Debian: apt install libreoffice-writer; Windows: cài LibreOffice), "
    "hoặc hãy mở bằng Word và lưu lại thành .docx"
)
# No macro runs, no link is followed, no other program starts.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop>
</item>
</oor:items>
"""
_WINDOWS_PLACES = (
    r"C:\\Program Files\\LibreOffice\\program\\soffice.exe",
    r"C:\\Program Files (x86)\\LibreOffice\\program\\soffice.exe",
)


@lru_cache(maxsize=1)
def libreoffice() -> str | None:
    """Return the path of LibreOffice; None without it."""
    for name in (os.environ.get("CHITHI_SOFFICE", "soffice"), "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    if sys.platform == "win32":
        return next((place for place in _WINDOWS_PLACES if Path(place).is_file()), None)
    return None


def to_docx(data: bytes, suffix: str) -> bytes:
    """Convert the bytes of a file with that suffix to a .docx.

    LibreOffice runs with a profile of its own, macros off, under limits of time and memory.  Raises
    :class:`Refused` without LibreOffice or where it cannot convert the file.
    """
    program = libreoffice()
    if program is None:
        raise Refused(_MISSING.format(suffix=suffix))
    with tempfile.TemporaryDirectory(prefix="chithi-") as name:
        folder = Path(name)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"in{suffix}"
        source.write_bytes(data)
        status, _ = run_program(
            [
                program,
                f"-env:UserInstallation={profile.parent.as_uri()}",
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--nodefault",
                "--convert-to",
                "docx:MS Word 2007 XML",
                "--outdir",
                str(folder / "out"),
                str(source),
            ],
            seconds=LIMITS.convert_seconds,
            memory=_MEMORY,
        )
        made = folder / "out" / "in.docx"
        if status is None:
            raise Refused(
                f"LibreOffice đọc quá {LIMITS.convert_seconds:.0f} giây nên đã dừng; hãy mở bằng Word và lưu lại thành .docx"
            )
        if not made.is_file() or made.stat().st_size > LIMITS.file_bytes:
            raise Refused(
                "LibreOffice không chuyển được tệp này (hỏng hoặc có mật khẩu); hãy lưu lại thành .docx"
            )
        return made.read_bytes()
