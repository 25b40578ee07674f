"""Whether what a board says over HTTP is as spec/api.yaml describes it."""

import functools
import json
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from lightboard.index import decode

DESCRIPTION: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent.parent / "spec/api.yaml").read_text()
)
URN = "urn:lightboard:api"
REGISTRY: Final = Registry().with_resource(
    URN, Resource.from_contents(DESCRIPTION, default_specification=DRAFT202012)
)
COLUMNS = "application/vnd.lightboard.columns"


@functools.cache
def shape(name: str) -> Draft202012Validator:
    """The checker of one of the description's schemas."""
    return Draft202012Validator({"$ref": f"{URN}#/components/schemas/{name}"}, registry=REGISTRY)


def named(content: dict[str, Any]) -> str:
    """Name of the schema that a part of the description refers to."""
    return str(content["$ref"]).rpartition("/")[2]


def check(answer: httpx.Response) -> None:
    """Assert that an answer below /api, and the request that was granted, are as described."""
    request = answer.request
    operation = DESCRIPTION["paths"].get(request.url.path, {}).get(request.method.lower())
    if operation is None or answer.headers.get("content-type", "").startswith("text/event-stream"):
        return
    answer.read()
    if not answer.is_success:
        shape("Failure").validate(answer.json())
        return
    if "requestBody" in operation:
        asked = operation["requestBody"]["content"]["application/json"]["schema"]
        shape(named(asked)).validate(json.loads(request.read()))
    for media_type, content in operation["responses"]["200"]["content"].items():
        if media_type == COLUMNS:
            header = decode(answer.content).header
            shape(named(content["x-frame-header"])).validate(header)
        elif media_type == "application/json":
            shape(named(content["schema"])).validate(answer.json())
