//! A writer, as its event file's name tells: host and process.

use serde::Serialize;

/// One event file's author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Writer {
    pub(crate) host: String,
    /// Absent from the names that TensorFlow 1 and tensorboardX give.
    pub(crate) pid: Option<u64>,
}

impl Writer {
    /// Reads `…tfevents.<seconds>.<host>[.<pid>.<n>[suffix]]`. Hosts may contain dots. None if the name has no host.
    pub(crate) fn from_file_name(name: &str) -> Option<Self> {
        let (_, rest) = name.split_once("tfevents.")?;
        let (_, rest) = rest
            .split_once('.')
            .filter(|(seconds, _)| is_number(seconds))?;
        if rest.is_empty() {
            return None;
        }
        let parts: Vec<&str> = rest.split('.').collect();
        let address = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
        let pid = (1..parts.len() - 1)
            .rev()
            .find(|at| {
                is_number(parts[*at])
                    && parts[at + 1].starts_with(|first: char| first.is_ascii_digit())
            })
            .filter(|_| !address)
            .and_then(|at| Some((at, parts[at].parse().ok()?)));
        Some(match pid {
            Some((at, pid)) => Self {
                host: parts[..at].join("."),
                pid: Some(pid),
            },
            None => Self {
                host: rest.to_owned(),
                pid: None,
            },
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn names_of_all_writers() {
        for (name, host, pid) in [
            (
                "events.out.tfevents.1763800000.gpu3.4711.0",
                "gpu3",
                Some(4711),
            ),
            (
                "events.out.tfevents.1763800000.node-1.cluster.example.org.4711.12.v2",
                "node-1.cluster.example.org",
                Some(4711),
            ),
            (
                "events.out.tfevents.1763800000.10.0.0.5.4711.0",
                "10.0.0.5",
                Some(4711),
            ),
            (
                "events.out.tfevents.1763800000.gpu3.4711.0my-suffix",
                "gpu3",
                Some(4711),
            ),
            (
                "events.out.tfevents.1544846905.MacBook-Pro.local",
                "MacBook-Pro.local",
                None,
            ),
            ("events.out.tfevents.1544846905.10.0.0.5", "10.0.0.5", None),
            (
                "events.out.tfevents.1544846905.実験機.7.0",
                "実験機",
                Some(7),
            ),
        ] {
            assert_eq!(
                Writer::from_file_name(name),
                Some(Writer {
                    host: host.to_owned(),
                    pid
                }),
                "{name}"
            );
        }
        for name in [
            "x.tfevents",
            "tfevents.",
            "events.out.tfevents.1763800000",
            "events.out.tfevents.1.",
            "a.tfevents.b.c",
        ] {
            assert_eq!(Writer::from_file_name(name), None, "{name}");
        }
    }
}
