"""X's published contract (OpenAPI), where it is on this machine: what was asked and answered is held against it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from x_emulator import Exchange

Json: TypeAlias = dict[str, Any]

FILE = Path(__file__).parents[2] / "shared" / "data" / "payloads" / "x" / "openapi.json"  # not part of this repository


class Contract:
    """The contract, made stricter: an answer may hold no property that it does not name."""

    def __init__(self) -> None:
        spec = _translate(json.loads(FILE.read_text(encoding="utf-8")))
        self._paths: Json = spec["paths"]
        self._components: Json = spec["components"]
        for schema in self._components["schemas"].values():
            if schema.get("type") == "object" and "properties" in schema:
                schema.setdefault("additionalProperties", False)

    def find_violations(self, exchange: Exchange) -> list[str]:
        """Give everything in which a request or its good answer differs from the contract."""
        where = f"{exchange.asked.method} {exchange.asked.path}"
        template, operation = self._find(exchange)
        if operation is None:
            return [f"{where}: there is no such operation"]
        found = [*self._look_at_parameters(operation, template, exchange), *self._look_at_body(operation, exchange)]
        if exchange.status < 300:
            found += self._look_at_answer(operation, exchange)
        return [f"{where}: {one}" for one in found]

    def _find(self, exchange: Exchange) -> tuple[str, Json | None]:
        for template, operations in self._paths.items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, exchange.asked.path) and exchange.asked.method.lower() in operations:
                return template, operations[exchange.asked.method.lower()]
        return "", None

    def _look_at_parameters(self, operation: Json, template: str, exchange: Exchange) -> Iterator[str]:
        named = {one["name"]: one for one in map(self._resolve, operation.get("parameters", []))}
        inside = dict(zip(re.findall(r"\{(\w+)\}", template), _read_path(template, exchange.asked.path), strict=True))
        given = {**exchange.asked.query, **inside}
        yield from (f"the parameter {name} is unknown" for name in given if name not in named)
        yield from (f"{name} is missing" for name, one in named.items() if one.get("required") and name not in given)
        for name, value in given.items():
            if name in named:
                yield from self._validate(
                    named[name]["schema"], _read_value(value, self._resolve(named[name]["schema"])), name
                )

    def _look_at_body(self, operation: Json, exchange: Exchange) -> Iterator[str]:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and exchange.asked.body:
            yield from self._validate(content["schema"], json.loads(exchange.asked.body), "the body")
        elif exchange.asked.body:
            yield "a body that is not expected"

    def _look_at_answer(self, operation: Json, exchange: Exchange) -> Iterator[str]:
        answer = operation["responses"].get(str(exchange.status)) or operation["responses"]["default"]
        content = answer.get("content", {}).get("application/json")
        if str(exchange.status) not in operation["responses"]:
            yield f"the status {exchange.status} is not named"
        elif content:
            yield from self._validate(content["schema"], json.loads(exchange.answer), "the answer")

    def _validate(self, schema: Json, value: object, what: str) -> Iterator[str]:
        whole = {"allOf": [schema], "components": self._components}
        for error in Draft202012Validator(whole).iter_errors(value):
            yield f"{what}: {error.message[:200]} at {'/'.join(map(str, error.absolute_path))}"

    def _resolve(self, node: Json) -> Json:
        found: Any = node
        while "$ref" in found:
            _, _, kind, name = found["$ref"].split("/")
            found = self._components[kind][name]
        resolved: Json = found
        return resolved


def _translate(node: Any) -> Any:  # noqa: ANN401  JSON
    """Write what OpenAPI 3.0 calls nullable as JSON Schema does."""
    if isinstance(node, list):
        return [_translate(one) for one in node]
    if not isinstance(node, dict):
        return node
    fresh = {name: _translate(value) for name, value in node.items() if name not in {"example", "discriminator"}}
    if fresh.pop("nullable", None) is True and "type" in fresh:
        fresh["type"] = [fresh["type"], "null"]
        if "enum" in fresh:
            fresh["enum"] = [*fresh["enum"], None]
    return fresh


def _read_path(template: str, path: str) -> list[str]:
    pairs: Iterator[tuple[str, str]] = zip(template.split("/"), path.split("/"), strict=True)
    return [value for name, value in pairs if name.startswith("{")]


def _read_value(value: str, schema: Mapping[str, Any]) -> object:
    if schema.get("type") == "array":
        return value.split(",")
    if schema.get("type") == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value, value) if schema.get("type") == "boolean" else value
