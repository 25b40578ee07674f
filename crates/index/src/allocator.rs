//! What the memory allocator is told, since it cannot know what is about to happen. On others than that of glibc
//! nothing.

#[cfg(target_env = "gnu")]
use std::hint::black_box;

/// Gives freed memory back to the system. Blocks that left memory leave holes, which the allocator would keep.
pub(crate) fn give_freed_memory_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the function may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Makes room in the heap of this thread, none of which is taken yet. By itself the heap would grow page by page, each
/// time with a system call for which all other threads wait.
pub(crate) fn make_room(bytes: usize) {
    #[cfg(not(target_env = "gnu"))]
    let _ = bytes;
    #[cfg(target_env = "gnu")]
    {
        /// Small enough to come from the heap, and too large to be kept apart when it is freed.
        const PART: usize = 120 << 10;
        let parts: Vec<Vec<u8>> = (0..bytes / PART)
            .map(|_| black_box(Vec::with_capacity(PART)))
            .collect();
        drop(parts);
    }
}
