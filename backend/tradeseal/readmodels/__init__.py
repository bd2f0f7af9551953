"""Answers: projections of the event log that can be thrown away and rebuilt at any time."""
