"""The answers leave: HTTP, WebSocket, RPC proxy. Translation only; the one package that knows FastAPI."""
