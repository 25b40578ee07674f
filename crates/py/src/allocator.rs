//! Where the native code has its memory from.

use std::alloc::{GlobalAlloc, Layout, System};

/// Large buffers come from the operating system itself, and go back to it at once. What glibc's allocator is given back
/// it may keep, up to 64 MiB in each of its arenas, of which each thread that encodes or reads has one: that would be
/// most of what the writer takes.
pub(crate) struct Allocator;

#[cfg(target_os = "linux")]
mod apart {
    use std::alloc::Layout;
    use std::ffi::c_void;
    use std::ptr;

    use rustix::mm::{MapFlags, MremapFlags, ProtFlags, mmap_anonymous, mremap, munmap};

    /// Bytes that take longer to fill than to be had from the operating system.
    const LARGE: usize = 1 << 20;
    const PAGE: usize = 1 << 12;

    pub(super) fn is_apart(layout: Layout) -> bool {
        layout.size() >= LARGE && layout.align() <= PAGE
    }

    pub(super) fn map(size: usize) -> *mut u8 {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: new pages, which are nobody else's.
        let mapped = unsafe { mmap_anonymous(ptr::null_mut(), size, access, MapFlags::PRIVATE) };
        mapped.map_or(ptr::null_mut(), <*mut c_void>::cast)
    }

    /// # Safety
    /// `at` was mapped with this size, and is not used any more.
    pub(super) unsafe fn unmap(at: *mut u8, size: usize) {
        // SAFETY: as the caller promises. Where it fails, since a process may have so many mappings only, the pages stay.
        let _ = unsafe { munmap(at.cast(), size) };
    }

    /// # Safety
    /// As for `unmap`, unless null is returned.
    pub(super) unsafe fn remap(at: *mut u8, size: usize, new_size: usize) -> *mut u8 {
        // SAFETY: the pages are the caller's, who uses the new place from here on.
        let moved = unsafe { mremap(at.cast(), size, new_size, MremapFlags::MAYMOVE) };
        moved.map_or(ptr::null_mut(), <*mut c_void>::cast)
    }
}

// SAFETY: what is apart is told from the layout alone, which is the same when memory is given back; pages are aligned to
// all that `is_apart` lets pass, and new ones are zero.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        if apart::is_apart(layout) {
            return apart::map(layout.size());
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        if apart::is_apart(layout) {
            return apart::map(layout.size());
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        #[cfg(target_os = "linux")]
        if apart::is_apart(layout) {
            // SAFETY: it was mapped by `alloc`.
            return unsafe { apart::unmap(at, layout.size()) };
        }
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        #[cfg(target_os = "linux")]
        {
            // SAFETY: the caller promises that `new_size` is fit for a layout.
            let new = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
            match (apart::is_apart(layout), apart::is_apart(new)) {
                (false, false) => {}
                // SAFETY: it was mapped by `alloc`.
                (true, true) => return unsafe { apart::remap(at, layout.size(), new_size) },
                _ => {
                    // SAFETY: two places that do not overlap, of which each has as many bytes.
                    unsafe {
                        let moved = self.alloc(new);
                        if !moved.is_null() {
                            at.copy_to_nonoverlapping(moved, layout.size().min(new_size));
                            self.dealloc(at, layout);
                        }
                        return moved;
                    }
                }
            }
        }
        // SAFETY: as the caller promises.
        unsafe { System.realloc(at, layout, new_size) }
    }
}
