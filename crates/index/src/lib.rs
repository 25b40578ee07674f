//! Finds runs, follows their event files, keeps every point, answers queries.
