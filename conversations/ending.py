"""The end of a turn in one statement: what was said, what it cost and the reply, under the claim or not at all.

It is on the way of every message, so it is one round trip. In its order: lock the cars that the reply speaks of and
look whether they are as they were read; mark the chat answered if the claim holds and nothing newer came in; write on
the messages what was understood; write the reply, unless an earlier one of the chat is still on its way. The calls to
the model are recorded in any case: they were paid for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from aiconfig import spending
from conversations import turns


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that may go out at once. path: models.Path; processing_time in ms."""

    text: str
    sender_type: str
    sender: str
    path: str
    ai_response: bool
    verdict: Mapping[str, Any]
    processing_time: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The chat at the moment its turn ended."""

    account_id: int
    client_id: str  # the showroom's number at the gateway
    recipient: str  # where a reply goes
    sends_before: bool  # an earlier message of this chat is still on its way
    rest_due_at: datetime | None  # when messages beyond this turn are to be answered; None: there are none
    call_id: int | None  # the last call to the model
    reply_id: int | None  # the reply, now `sending`; None: none was given, or sends_before


END_SQL = f"""
WITH cars AS (
    SELECT id, version FROM vehicles WHERE tenant_id = %(tenant)s AND id = ANY(%(cars)s::bigint[])
    ORDER BY id FOR NO KEY UPDATE
), {spending.MADE_SQL}, ended AS (
    UPDATE whatsapp_conversations c SET answered_seq = %(upto)s, claimed_until = NULL, discarded = 0, attempts = 0,
        waiting_since = CASE WHEN c.inbound_seq > %(upto)s THEN now() END,
        last_intent = %(intent)s, mood = coalesce(nullif(%(mood)s, ''), c.mood),
        is_staff = %(is_staff)s, is_spam = %(is_spam)s,
        after_hours_told_at = coalesce(%(told)s, c.after_hours_told_at),
        drafted_from = CASE WHEN %(drafted)s THEN coalesce(c.drafted_from, c.answered_seq)
                            WHEN NOT %(speaks)s THEN c.drafted_from END,
        status = CASE WHEN {{settled}} THEN 'active' ELSE c.status END,
        escalated_at = CASE WHEN NOT {{settled}} THEN c.escalated_at END,
        escalated_reason = CASE WHEN {{settled}} THEN '' ELSE c.escalated_reason END
    FROM aimeow_accounts a
    WHERE c.id = %(conversation)s AND c.claim = %(claim)s AND c.holder = 'bot' AND a.id = c.account_id
      AND (c.inbound_seq = %(upto)s OR c.discarded >= %(most)s)
      AND (SELECT bool_and(cars.version IS NOT DISTINCT FROM read.version)
           FROM unnest(%(cars)s::bigint[], %(versions)s::bigint[]) AS read (id, version)
           LEFT JOIN cars USING (id)) IS NOT FALSE
    RETURNING c.account_id, a.client_id, c.chat_jid,
        EXISTS (SELECT 1 FROM whatsapp_messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
                AND m.aimeow_status IN ('queued', 'sending')) AS sends_before,
        CASE WHEN c.inbound_seq > %(upto)s THEN c.due_at END AS rest_due_at
), understood AS (
    UPDATE whatsapp_messages SET sender_type = %(heard)s, confidence = %(confidence)s,
        intent = CASE WHEN %(spam)s::jsonb ? seq::text THEN 'spam' ELSE %(intent)s END,
        entities = CASE WHEN %(spam)s::jsonb ? seq::text THEN '{{}}' ELSE %(entities)s::jsonb END,
        spam = coalesce(%(spam)s::jsonb -> seq::text, '[]')
    FROM ended
    WHERE tenant_id = %(tenant)s AND conversation_id = %(conversation)s AND seq <= %(upto)s AND intent = ''
), reply AS (
    INSERT INTO whatsapp_messages (tenant_id, account_id, conversation_id, direction, sender_type, sender, content,
        media_type, media_url, mime_type, place, answers_upto, intent, entities, spam, ai_response, path, verdict,
        llm_call_id, config_version_id, processing_time, aimeow_message_id, aimeow_status, attempts, error, sending_at)
    SELECT %(tenant)s, account_id, %(conversation)s, 'outbound', %(sender_type)s, %(sender)s, %(text)s,
        '', '', '', '', %(upto)s, '', '{{}}', '[]', %(ai_response)s, %(path)s, %(verdict)s::jsonb,
        (SELECT max(id) FROM made), %(version)s, %(processing_time)s, '', 'sending', 0, '', now()
    FROM ended WHERE %(text)s <> '' AND NOT sends_before
    RETURNING id
)
SELECT ended.*, (SELECT max(id) FROM made), (SELECT id FROM reply) FROM ended
""".replace("{settled}", "(c.escalated_reason = 'drafted' AND %(speaks)s AND NOT %(drafted)s)")  # noqa: S608 - our own words


def write(
    *,
    tenant: int,
    conversation: int,
    claim: int,
    upto: int,
    cars: Mapping[int, int],
    told: datetime | None,
    reply: Reply | None,
    spent: Mapping[str, Any],
    entities: Mapping[str, Any],
    spam: Mapping[int, Sequence[str]],
    speaks: bool,
    drafted: bool,
    **understood: Any,
) -> Ended | None:
    """None: the claim does not hold any more, something newer came in, or a car has changed.

    cars: id -> version as read; told: when the after-hours text was said, if it is now; spent: spending.values();
    spam: seq of each message that is spam -> what told it;
    speaks: the turn ends in words; drafted: they wait for a person (conversations.drafts);
    understood: intent, confidence, mood ("": none was shown), heard (models.Sender), is_staff, is_spam. Locks the
    chat's row: what the caller writes afterwards in the same transaction belongs to this turn or to nothing.
    """
    said = reply or Reply("", "", "", "", ai_response=False, verdict={}, processing_time=0)
    values: dict[str, Any] = {
        **understood,
        **spent,
        "tenant": tenant,
        "conversation": conversation,
        "claim": claim,
        "upto": upto,
        "most": turns.MAX_DISCARDED,
        "told": told,
        "speaks": speaks,
        "drafted": drafted,
        "cars": list(cars),
        "versions": list(cars.values()),
        "entities": json.dumps(entities),
        "spam": json.dumps(spam),
        "text": said.text,
        "sender_type": said.sender_type,
        "sender": said.sender,
        "path": said.path,
        "ai_response": said.ai_response,
        "verdict": json.dumps(said.verdict),
        "processing_time": said.processing_time,
    }
    with connection.cursor() as cursor:
        cursor.execute(END_SQL, values)
        row = cursor.fetchone()
    return Ended(*row) if row else None
