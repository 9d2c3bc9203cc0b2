//! How many threads run: no more than there are processors, and none where none can be started.
//!
//! Whatever wants to work on two things at once asks here. It is told no as soon as every processor
//! has a thread of ours, and does its work by itself then, as it does where the system starts no
//! thread (`RLIMIT_NPROC`, a full container). So several distfiles share the processors.

use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};

/// The most threads, the first one included.
static LIMIT: OnceLock<usize> = OnceLock::new();

/// The threads next to the first one.
static MORE: AtomicUsize = AtomicUsize::new(0);

/// The system started no thread when it was asked to; it is not asked again.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// Sets the most threads, the first one included; without it, that is as many as there are processors.
///
/// It has to come before anything asks for a thread.
pub(crate) fn limit(threads: usize) {
    let _ = LIMIT.set(threads.max(1));
}

/// Leave to run one more thread, given back when dropped.
#[derive(Debug)]
struct Permit(());

impl Permit {
    fn take() -> Option<Self> {
        if REFUSED.load(Ordering::Relaxed) {
            return None;
        }
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        let more = LIMIT.get_or_init(processors).saturating_sub(1);
        let taken = MORE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |running| {
            (running < more).then_some(running + 1)
        });
        taken.ok().map(|_| Self(()))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        MORE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Starts a thread for `work`, where a processor is free for it.
pub(crate) fn hire(work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    let permit = Permit::take()?;
    let work = move || {
        work();
        drop(permit);
    };
    started(Builder::new().spawn(work))
}

/// As [`hire`], in a scope.
pub(crate) fn hire_in<'s>(
    scope: &'s std::thread::Scope<'s, '_>,
    work: impl FnOnce() + Send + 's,
) -> Option<()> {
    let permit = Permit::take()?;
    let work = move || {
        work();
        drop(permit);
    };
    started(Builder::new().spawn_scoped(scope, work)).map(drop)
}

fn started<T>(result: io::Result<T>) -> Option<T> {
    REFUSED.fetch_or(result.is_err(), Ordering::Relaxed);
    result.ok()
}

/// Starts a thread for `work` that mostly waits, such as for a pipe.
///
/// # Errors
///
/// If the system starts none.
pub(crate) fn wait(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().spawn(work).map(drop)
}

/// Runs `work` for each of `items`, on as many threads as there are processors free, and hands back
/// what came of each, in the order of `items`.
pub(crate) fn each<I: Sync, O: Send>(items: &[I], work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let queue = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    let take = || lock(&queue).next();
    let labour = || {
        while let Some((index, item)) = take() {
            let outcome = work(item);
            lock(&done).insert(index, outcome);
        }
    };
    std::thread::scope(|scope| {
        let labour = &labour;
        for _ in 1..items.len() {
            if hire_in(scope, labour).is_none() {
                break;
            }
        }
        labour();
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Runs two jobs, at the same time where a processor is free for the second.
pub(crate) fn both<A: Send, B>(one: impl Fn() -> A + Sync, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let thread = Permit::take().and_then(|permit| {
            let one = &one;
            let helper = move || {
                let result = one();
                drop(permit);
                result
            };
            started(Builder::new().spawn_scoped(scope, helper))
        });
        let other = other();
        let one = match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => one(),
        };
        (one, other)
    })
}

/// Locks `mutex`. Where another thread panicked while it held the lock, that panic is passed on when
/// the thread is joined.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_keeps_the_order() {
        let items: Vec<u32> = (0..100).collect();
        assert_eq!(each(&items, |n| n * 2), (0..100).map(|n| n * 2).collect::<Vec<_>>());
        assert!(each(&[], |(): &()| ()).is_empty());
    }

    #[test]
    fn both_are_done() {
        assert_eq!(both(|| 1, || "other"), (1, "other"));
    }

    #[test]
    fn threads_are_given_back() {
        // Other tests of this process hold some of them for a while.
        for _ in 0..10_000 {
            if let Some(thread) = hire(|| ()) {
                assert!(thread.join().is_ok());
                return;
            }
            if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        unreachable!("no thread became free in ten seconds");
    }
}
