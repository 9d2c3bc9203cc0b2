//! Names by which a file stands in front of one of the system's: what includes or imports that one gets this.

use super::hazard::{Hazard, HazardKind};

/// Headers of C and POSIX, and some that C libraries add, without `.h` (ISO C23 7.1.2, POSIX.1-2024 chapter 14).
const HEADERS: &str = "\
    assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign \
    stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath \
    threads time uchar wchar wctype aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp \
    iconv langinfo libgen monetary mqueue ndbm net/if netdb netinet/in netinet/tcp nl_types poll pthread \
    pwd regex sched search semaphore spawn strings stropts sys/ipc sys/mman sys/msg sys/resource \
    sys/select sys/sem sys/shm sys/socket sys/stat sys/statvfs sys/time sys/times sys/types sys/uio \
    sys/un sys/utsname sys/wait syslog tar termios trace ulimit unistd utime utmpx wordexp alloca \
    byteswap elf endian err error execinfo getopt malloc memory paths sys/auxv sys/cdefs sys/epoll \
    sys/file sys/ioctl sys/mount sys/param sys/prctl sys/ptrace sys/random sys/sysmacros sys/syscall \
    features link";

/// Modules of Python's standard library (`sys.stdlib_module_names`).
const MODULES: &str = "\
    abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
    builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys \
    compileall concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses \
    dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno \
    faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt \
    getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib imghdr imp importlib \
    inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox mailcap marshal \
    math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath numbers \
    opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform \
    plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pyexpat queue \
    quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve \
    shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile \
    sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys \
    sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading time timeit tkinter \
    token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest \
    urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc \
    zipapp zipfile zipimport zlib zoneinfo";

/// Why the name of a file that was not there before deserves a look.
pub(super) fn shadows(path: &[u8]) -> Option<Hazard> {
    let path = std::str::from_utf8(path).ok()?;
    let is_in = |list: &str, name: &str| list.split_ascii_whitespace().any(|one| one == name);
    let said = if let Some(stem) = path.strip_suffix(".h") {
        // A directory that the compiler searches may be any.
        let mut parts = stem.rsplit('/');
        let name = parts.next()?;
        let below = parts.next().map(|folder| format!("{folder}/{name}"));
        let name =
            [Some(name), below.as_deref()].into_iter().flatten().find(|n| is_in(HEADERS, n))?;
        format!("named like <{name}.h>, in front of which a compiler may find it")
    } else {
        // What is installed at the top, or lies where setup.py runs.
        let module = path.strip_prefix("src/").unwrap_or(path);
        let module = module.strip_suffix("/__init__.py").or_else(|| module.strip_suffix(".py"))?;
        is_in(MODULES, module).then(|| {
            format!("named like Python's own {module}, in front of which it may be imported")
        })?
    };
    Some(Hazard::new(HazardKind::Disguised, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_front_of_the_systems_own() {
        for path in [
            "string.h",
            "src/string.h",
            "lib/sys/types.h",
            "types.h/sys/socket.h",
            "socket.py",
            "src/socket.py",
            "json/__init__.py",
        ] {
            let hazard = shadows(path.as_bytes());
            assert!(hazard.is_some_and(|hazard| hazard.kind == HazardKind::Disguised), "{path}");
        }
        for path in [
            "src/strings2.h",
            "string.hpp",
            "foo/types.h",
            "foo/socket.py",
            "socket.pyi",
            "setup.py",
            "src/foo/__init__.py",
            "h",
            ".h",
        ] {
            assert!(shadows(path.as_bytes()).is_none(), "{path}");
        }
    }
}
