"""The shapes of requests and answers, as pydantic models: the source of the OpenAPI document."""
