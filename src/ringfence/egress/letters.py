"""Mails as they leave: plain text beside simple HTML, with nothing that tells who opened it."""

import json
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formatdate
from html import escape
from typing import Final

_PAGE: Final = (
    '<!doctype html><html lang="en"><body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36em;'
    'margin:1.5em auto;padding:0 1em">{body}</body></html>'
)
_LONGEST_SUBJECT: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is told. `lines` are paragraphs; `link` is where `act` leads. Never anything of a call."""

    to: str
    subject: str
    lines: tuple[str, ...]
    act: str = ""
    link: str = ""

    def packed(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def unpacked(cls, text: str) -> "Letter":
        said = json.loads(text)
        return cls(**{**said, "lines": tuple(said["lines"])})


def message(letter: Letter, *, sender: str, id: str, at: float) -> EmailMessage:  # noqa: A002 - the header's own name
    """The mail, ready to be handed over. The same `id` names the same mail when it is sent again."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = letter.to
    mail["Subject"] = " ".join(letter.subject.split())[:_LONGEST_SUBJECT]
    mail["Date"] = formatdate(at, localtime=False)
    mail["Message-ID"] = f"<{id}@{sender.rpartition('@')[2].rstrip('>') or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain(letter))
    mail.add_alternative(_html(letter), subtype="html")
    return mail


def plain(letter: Letter) -> str:
    """The text as people read it."""
    link = (f"{letter.act}:\n{letter.link}",) if letter.link else ()
    return "\n\n".join((*letter.lines, *link)) + "\n"


def _html(letter: Letter) -> str:
    body = "".join(f"<p>{escape(line)}</p>" for line in letter.lines)
    if letter.link:
        body += f'<p><a href="{escape(letter.link)}">{escape(letter.act)}</a></p><p><small>{escape(letter.link)}</small></p>'
    return _PAGE.format(body=body)
