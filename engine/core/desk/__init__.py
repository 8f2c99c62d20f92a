"""Desk: what people, signals and expiries ask of the engine, edits of what runs included."""
