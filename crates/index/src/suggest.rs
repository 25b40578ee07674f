//! Suggestions: what a path that does not exist was probably meant to be.

use std::fs;
use std::path::{Path, PathBuf};

use crate::names::distance;

/// A sentence with a trailing blank, or nothing.
pub(crate) fn suggestion(missing: &Path) -> String {
    let text = missing.to_string_lossy();
    if let Some(meant) = unquoted(&text) {
        let meant = meant.display();
        return format!(
            "The path starts and ends with a quote, which your shell or program did not remove: did you mean {meant}? "
        );
    }
    if text.trim() != text && Path::new(text.trim()).exists() {
        return format!("The path ends with a blank: did you mean {}? ", text.trim());
    }
    if text.split(',').count() > 1 && text.split(',').any(|part| Path::new(part).is_dir()) {
        return "Several log directories are given one by one, with blanks between them, not commas. ".to_owned();
    }
    match nearest(missing) {
        Some(near) => format!("Did you mean {}? ", near.display()),
        None => String::new(),
    }
}

/// The path inside quotes. They need not be at the very start: a relative path is made absolute before it comes here.
fn unquoted(text: &str) -> Option<PathBuf> {
    let quote = text
        .chars()
        .last()
        .filter(|last| matches!(last, '\'' | '"'))?;
    let body = &text[..text.len() - 1];
    let start = if body.starts_with(quote) {
        0
    } else {
        body.find(&format!("/{quote}"))? + 1
    };
    Some(Path::new(&body[..start]).join(&body[start + 1..]))
}

/// The folder beside the first missing part of the path whose name is most like it, if any is like it at all.
fn nearest(missing: &Path) -> Option<PathBuf> {
    let absent = missing
        .ancestors()
        .take_while(|path| !path.exists())
        .last()?;
    let wanted = absent.file_name()?.to_string_lossy().to_lowercase();
    let limit = wanted.chars().count().div_ceil(3);
    let folders = fs::read_dir(absent.parent()?)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir());
    folders
        .filter_map(|path| {
            let far = distance(&path.file_name()?.to_string_lossy().to_lowercase(), &wanted);
            (far <= limit).then_some((far, path))
        })
        .min()
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::suggestion;
    use std::fs;
    use std::path::Path;

    #[test]
    fn quotes_blanks_commas_and_slips_are_recognised() {
        let temp = tempfile::tempdir().expect("temp");
        let root = temp.path();
        fs::create_dir(root.join("runs")).expect("folder");
        let runs = root.join("runs").display().to_string();
        let meant = format!("did you mean {runs}?");
        for wrong in [
            format!("'{runs}'"),
            format!("{}/'runs'", root.display()),
            format!("{}/\"{runs}\"", root.display()),
        ] {
            let hint = suggestion(Path::new(&wrong));
            assert!(
                hint.contains("starts and ends with a quote") && hint.contains(&meant),
                "{hint}"
            );
        }
        assert!(suggestion(Path::new(&format!("{runs} "))).contains(&meant));
        assert!(suggestion(Path::new(&format!("{runs},{runs}2"))).contains("not commas"));
        assert_eq!(
            suggestion(&root.join("rnus")),
            format!("Did you mean {runs}? ")
        );
        assert_eq!(
            suggestion(&root.join("RUNS/deep/er")),
            format!("Did you mean {runs}? ")
        );
        assert_eq!(suggestion(&root.join("checkpoints")), "");
    }
}
