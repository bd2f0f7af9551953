"""The trading cycle as a process manager: the next step follows from the last event."""
