//! Writes event files: buffer, hand-over thread, failure handling.
