use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::stat;

use crate::event_file::Stamp;
use crate::folders::{EntryKind, FolderStamp, Folders, Listed};
use crate::logdir::{Found, Listing, Logdir, LogdirState, join};
use crate::manifest::SavedFolders;
use crate::names::shown;
use crate::strangers::Strangers;

fn walk(path: &Path) -> Listing {
    walk_again(path, &mut Arc::default())
}

fn walk_again(path: &Path, folders: &mut Arc<Folders>) -> Listing {
    let logdir = Logdir {
        name: "runs".to_owned(),
        path: path.to_owned(),
    };
    let known = SavedFolders::default();
    logdir
        .walk(folders, &known, &|| false)
        .expect("not stopped")
}

fn touch(path: &Path) {
    fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    fs::write(path, b"").expect("file");
}

fn found(listing: &Listing) -> Vec<String> {
    let path = |file: &Found| shown(&join(&file.run, file.name.as_bytes()));
    listing.files.iter().map(path).collect()
}

#[test]
fn links_are_followed_once_and_folders_keep_their_own_names() {
    let temp = tempfile::tempdir().expect("temp");
    let root = temp.path().join("root");
    let outside = temp.path().join("outside");
    touch(&root.join("z/run/x.tfevents.1"));
    touch(&outside.join("o/y.tfevents.1"));
    symlink(root.join("z"), root.join("a-link-to-z")).expect("link");
    symlink(&root, root.join("z/run/loop")).expect("link");
    symlink(&outside, root.join("out")).expect("link");
    symlink(&root, outside.join("back")).expect("link");
    symlink("/does/not/exist", root.join("broken")).expect("link");
    let listing = walk(&root);
    assert_eq!(
        found(&listing),
        ["out/o/y.tfevents.1", "z/run/x.tfevents.1"]
    );
    let skipped: Vec<(&str, &str)> = listing
        .skipped
        .iter()
        .map(|skipped| (skipped.path.as_str(), skipped.reason.as_str()))
        .collect();
    assert_eq!(
        skipped,
        [
            (
                "runs/a-link-to-z",
                "leads to runs/z, which is listed already"
            ),
            ("runs/broken", "is a link to nothing"),
            ("runs/out/back", "leads to runs, which is listed already"),
            ("runs/z/run/loop", "leads to runs, which is listed already"),
        ]
    );
}

#[test]
fn dots_pipes_and_other_files_are_told_apart() {
    let temp = tempfile::tempdir().expect("temp");
    touch(&temp.path().join(".git/x.tfevents.1"));
    touch(&temp.path().join("run/.events.out.tfevents.1.host.Xy12"));
    touch(&temp.path().join("run/model.pt"));
    let pipe = temp.path().join("run/pipe.tfevents");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("pipe");
    let listing = walk(temp.path());
    assert_eq!(listing.state, LogdirState::Empty);
    assert!(
        listing
            .message
            .contains("2 folders and 1 other file, skipped 3"),
        "{}",
        listing.message
    );
    let name = OsStr::from_bytes(b"run-\xff");
    touch(&temp.path().join(name).join("x.tfevents"));
    assert_eq!(found(&walk(temp.path())), ["run-\\xff/x.tfevents"]);
}

/// A log directory as an earlier board listed it, with a run in it and one, `gone`, that is not there any more.
fn listed_before(root: &Path) -> Arc<Folders> {
    let stamp = |below: &str| FolderStamp::of(&stat(root.join(below)).expect("folder"));
    let (file, link) = (EntryKind::File, EntryKind::Link);
    let folders = [
        (
            "",
            vec![
                ("gone", EntryKind::Folder),
                ("link", link),
                ("run", EntryKind::Folder),
            ],
        ),
        ("run", vec![("old.tfevents", file), ("x.tfevents", file)]),
    ];
    let listed = folders.map(|(folder, entries)| {
        let entries = entries.into_iter().map(|(name, kind)| (name.into(), kind));
        let listed = Listed::restored(stamp(folder), entries.collect(), Strangers::default());
        (folder.as_bytes().to_vec(), Box::new(listed))
    });
    Arc::new(HashMap::from(listed))
}

#[test]
fn what_an_earlier_board_listed_holds_for_one_walk() {
    let temp = tempfile::tempdir().expect("temp");
    let (root, outside) = (temp.path().join("root"), temp.path().join("outside"));
    touch(&root.join("run/x.tfevents"));
    touch(&outside.join("y.tfevents"));
    symlink(&outside, root.join("link")).expect("link");
    let mut folders = listed_before(&root);
    // Where a link leads is no matter of the folder in which it lies.
    let expected = ["link/y.tfevents", "run/old.tfevents", "run/x.tfevents"];
    assert_eq!(found(&walk_again(&root, &mut folders)), expected);
    // A stamp that does not tell of a change does no harm for long.
    let expected = ["link/y.tfevents", "run/x.tfevents"];
    assert_eq!(found(&walk_again(&root, &mut folders)), expected);
}

#[test]
fn the_first_walk_tells_what_each_file_is() {
    let temp = tempfile::tempdir().expect("temp");
    let path = temp.path().join("run/x.tfevents");
    touch(&path);
    symlink(&path, temp.path().join("y.tfevents")).expect("link");
    let stamp = Stamp::of(&fs::metadata(&path).expect("file"));
    let mut folders = Arc::default();
    let mut seen = || -> Vec<Option<Stamp>> {
        let files = walk_again(temp.path(), &mut folders).files;
        files.into_iter().map(|it| it.seen.map(|it| *it)).collect()
    };
    assert_eq!(seen(), [Some(stamp), Some(stamp)]);
    assert_eq!(seen(), [None, None]);
}

#[test]
fn a_folder_that_changed_between_two_starts_is_listed() {
    let changes: [fn(&Path); 3] = [
        |run| {
            let before = fs::metadata(run)
                .and_then(|it| it.modified())
                .expect("time");
            touch(&run.join("new.tfevents"));
            let run = fs::File::open(run).expect("folder");
            run.set_modified(before).expect("set back");
        },
        |run| fs::remove_file(run.join("x.tfevents")).expect("removed"),
        |run| {
            let other = run.with_file_name("other");
            touch(&other.join("z.tfevents"));
            fs::rename(run, run.with_file_name("away")).expect("renamed");
            fs::rename(&other, run).expect("renamed");
        },
    ];
    for change in changes {
        let temp = tempfile::tempdir().expect("temp");
        touch(&temp.path().join("run/x.tfevents"));
        let mut folders = listed_before(temp.path());
        let in_run = |listing: &Listing| {
            let mut found = found(listing);
            found.retain(|path| path.starts_with("run/"));
            found
        };
        // The log directory itself may have changed with it.
        change(&temp.path().join("run"));
        let expected = in_run(&walk(temp.path()));
        assert_eq!(in_run(&walk_again(temp.path(), &mut folders)), expected);
    }
}

#[test]
fn what_is_no_directory_is_named() {
    let temp = tempfile::tempdir().expect("temp");
    let file = temp.path().join("events.out.tfevents.1");
    touch(&file);
    let listing = walk(&file);
    assert_eq!(listing.state, LogdirState::NotADirectory);
    assert!(
        listing
            .message
            .ends_with(&temp.path().display().to_string()),
        "{}",
        listing.message
    );
    assert_eq!(
        walk(&temp.path().join("nothing")).state,
        LogdirState::Missing
    );
    assert_eq!(walk(&file.join("below")).state, LogdirState::Missing);
}
