"""Mail by SendGrid's v3 API."""

from __future__ import annotations

import httpx
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from schema import mails
from tasks.task import engine

SENDGRID = "https://api.sendgrid.com"
TIMEOUT_SECONDS = 10


def send_once(mail_id: str, message: dict[str, object], key: str, address: str = SENDGRID) -> None:
    """Send a mail unless one of this id was sent.

    The note that it was sent is only kept when it was. Between SendGrid's answer and the note a crash is possible, and
    SendGrid knows no idempotency key: then, and only then, a mail comes twice.
    """
    with engine().begin() as connection:
        if not _first(connection, mail_id):
            return
        answer = httpx.post(
            f"{address}/v3/mail/send",
            json=message,
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()


def message(sender: str, to: str, subject: str, text: str) -> dict[str, object]:
    """A plain text mail, as the API takes it."""
    return {
        "personalizations": [{"to": [{"email": to}]}],
        "from": {"email": sender},
        "subject": subject,
        "content": [{"type": "text/plain", "value": text}],
    }


def _first(connection: Connection, mail_id: str) -> bool:
    statement = insert(mails).values(id=mail_id).on_conflict_do_nothing(index_elements=["id"]).returning(mails.c.id)
    return connection.execute(statement).first() is not None
