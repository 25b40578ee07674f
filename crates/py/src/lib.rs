//! `lightboard._core`: the Python face of the Rust crates, one file per topic. It decides nothing.

mod allocator;
mod arrow;
mod cache;
mod column;
mod doctor;
mod events;
mod index;
mod log;

use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

#[pymodule(gil_used = false)]
mod _core {
    /// The package's one version: the workspace's.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    use crate::arrow::arrow_table;
    #[pymodule_export]
    use crate::cache::{clear_caches, list_caches};
    #[pymodule_export]
    use crate::column::Column;
    #[pymodule_export]
    use crate::doctor::{audit_file, recover_file};
    #[pymodule_export]
    use crate::events::{EventReader, kinds};
    #[pymodule_export]
    use crate::index::{PyIndex, UnavailableError};
    #[pymodule_export]
    use crate::log::{
        Writer, check_picture, check_sound, check_video, default_edges, frame, to_float32,
        watch_forks,
    };
}
