"""Reads a request body as the gateway's Go web framework does, with its very error texts. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class BindError(ValueError):
    """The body is refused; the text is what the gateway answers as `error`."""


@dataclass(frozen=True, slots=True)
class Field:
    go_name: str
    json_name: str
    required: bool = False
    is_url: bool = False
    items: bool = False  # a list of image items instead of a string


@dataclass(frozen=True, slots=True)
class Struct:
    name: str
    fields: tuple[Field, ...]


_PHONE = Field("Phone", "phone", required=True)
_CAPTION = Field("Caption", "caption")
_FILENAME = Field("Filename", "filename")

SEND_MESSAGE = Struct("SendMessageRequest", (_PHONE, Field("Message", "message", required=True)))
SEND_IMAGE = Struct("SendImageRequest", (_PHONE, Field("ImageURL", "imageUrl", required=True, is_url=True), _CAPTION))
SEND_IMAGES = Struct("SendMultipleImagesRequest", (_PHONE, Field("Images", "images", required=True, items=True)))
SEND_DOCUMENT = Struct(
    "SendDocumentRequest",
    (_PHONE, Field("DocumentURL", "documentUrl", required=True, is_url=True), _FILENAME, _CAPTION),
)
SEND_DOCUMENT_BASE64 = Struct(
    "SendDocumentBase64Request",
    (
        _PHONE,
        Field("Base64Data", "base64Data", required=True),
        Field("Filename", "filename", required=True),
        Field("MimeType", "mimeType"),
        _CAPTION,
    ),
)
DELETE_MESSAGE = Struct("DeleteMessageRequest", (_PHONE, Field("MessageID", "messageId", required=True)))
TYPING = Struct("StopTypingRequest", (_PHONE,))
CONFIG = Struct("ConfigRequest", (Field("CallbackURL", "callbackUrl", required=True, is_url=True),))
NEW_CLIENT = Struct("CreateClientRequest", (Field("OSName", "osName"), Field("ID", "id")))
_IMAGE_ITEM = Struct("ImageItem", (Field("ImageURL", "imageUrl"), _CAPTION))


def bind(struct: Struct, raw: bytes) -> dict[str, Any]:
    """The struct's fields by JSON name ("" where absent; image items as dicts), or BindError."""
    value = _decode(raw)
    if value is not None and not isinstance(value, dict):
        raise BindError(f"json: cannot unmarshal {_kind(value)} into Go value of type main.{struct.name}")
    filled = _fill(struct, value or {}, struct.name)
    problems = [text for field in struct.fields if (text := _problem(struct, field, filled[field.json_name]))]
    if problems:
        raise BindError("\n".join(problems))
    return filled


def _decode(raw: bytes) -> Any:
    text = raw.decode("utf-8", "replace").strip(" \t\r\n")
    if not text:
        raise BindError("EOF")
    try:
        return json.JSONDecoder().raw_decode(text)[0]  # what follows the first value is not looked at
    except json.JSONDecodeError as error:
        if error.pos >= len(text) or error.msg.startswith("Unterminated"):
            raise BindError("unexpected EOF") from None
        raise BindError(f"invalid character '{text[error.pos]}' looking for beginning of value") from None
    except RecursionError:
        raise BindError("json: exceeded max depth") from None
    except ValueError:  # a number of thousands of digits
        raise BindError("json: cannot unmarshal number") from None


def _fill(struct: Struct, given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Field names match in any case, later ones win, null leaves the zero value."""
    by_name = {field.json_name.lower(): field for field in struct.fields}
    filled: dict[str, Any] = {field.json_name: None if field.items else "" for field in struct.fields}
    for key, value in given.items():
        field = by_name.get(key.lower())
        if field is not None and value is not None:
            filled[field.json_name] = _items(value, path) if field.items else _string(value, path, field)
    return filled


def _string(value: Any, path: str, field: Field) -> str:
    if not isinstance(value, str):
        raise BindError(
            f"json: cannot unmarshal {_kind(value)} into Go struct field {path}.{field.json_name} of type string"
        )
    return value


def _items(value: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise BindError(
            f"json: cannot unmarshal {_kind(value)} into Go struct field {path}.images of type []main.ImageItem"
        )
    for item in value:
        if item is not None and not isinstance(item, dict):
            raise BindError(
                f"json: cannot unmarshal {_kind(item)} into Go struct field {path}.images of type main.ImageItem"
            )
    return [_fill(_IMAGE_ITEM, item or {}, f"{path}.images") for item in value]


def _problem(struct: Struct, field: Field, value: Any) -> str:
    tag = ""
    if field.required and (value is None or value == ""):
        tag = "required"
    elif field.items and not value:
        tag = "min"
    elif field.is_url and not _is_url(value):
        tag = "url"
    key = f"{struct.name}.{field.go_name}"
    return f"Key: '{key}' Error:Field validation for '{field.go_name}' failed on the '{tag}' tag" if tag else ""


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.fragment or parts.path.strip("/")))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "number"
