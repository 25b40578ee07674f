//! Encodes events into records (`spec/events.md`, Writing).
