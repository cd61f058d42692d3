"""What schemathesis is told before it tries the service: how a query is sent by itself."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def sparql_query(_: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
