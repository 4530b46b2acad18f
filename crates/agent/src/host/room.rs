//! What is left of disk and memory. What the host does not say is left open.

use std::{fs, path::Path};
use tidegate_domain::preflight::Space;

/// The file system of a directory, as far as the agent's user may fill it.
pub(super) fn disk(directory: &Path) -> Option<Space> {
    let stat = rustix::fs::statvfs(directory);
    let stat = stat.inspect_err(|error| {
        tracing::warn!(%error, "the file system does not say how much room is left");
    });
    let stat = stat.ok()?;
    Some(Space {
        free: stat.f_bavail.saturating_mul(stat.f_frsize),
        total: stat.f_blocks.saturating_mul(stat.f_frsize),
    })
}

/// What the kernel takes to be available without swapping.
pub(super) fn memory() -> Option<Space> {
    read(&fs::read_to_string("/proc/meminfo").ok()?)
}

/// Reads the lines of `/proc/meminfo` (`proc_meminfo(5)`), whose kB are 1024 bytes.
fn read(text: &str) -> Option<Space> {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let number = line.strip_prefix(':')?.split_whitespace().next()?;
        number.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Space {
        free: bytes("MemAvailable")?,
        total: bytes("MemTotal")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_by_its_names() {
        let text = "MemTotal:       16384 kB\nMemFree: 1 kB\nMemAvailable:    4096 kB\n";
        let expected = Space {
            free: 4_194_304,
            total: 16_777_216,
        };
        assert_eq!(read(text), Some(expected));
        assert_eq!(read("MemTotal: 16384 kB\n"), None);
        assert_eq!(read("MemTotal: x kB\nMemAvailable: 1 kB\n"), None);
    }

    #[test]
    fn this_host_says_what_is_left() {
        let disk = disk(Path::new("/")).unwrap();
        assert!(disk.total > 0 && disk.free <= disk.total, "{disk:?}");
        let memory = memory().unwrap();
        assert!(memory.total > 0 && memory.free <= memory.total);
        assert_eq!(super::disk(Path::new("/nowhere")), None);
    }
}
