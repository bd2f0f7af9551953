"""The event store: append-only, hash-chained, the only importer of the eventsourcing library."""
