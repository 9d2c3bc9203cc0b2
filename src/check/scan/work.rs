//! Spreads packages over the processors, and hands on what is found in the order of the overlay.

use super::tree::{Step, Tree, TreeError};
use super::{Options, Package, fingerprint, package};
use crate::bytes::threads;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How far any thread may be ahead of what was handed on, in packages.
const WINDOW: u64 = 256;

/// What an earlier run found in a package. Packages are asked for in order.
pub(crate) type Previous<'a> = Box<dyn FnMut(&str) -> Option<Package> + Send + 'a>;

/// Takes what was found in a package, and whether an earlier run had found it already.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(Package, bool) -> io::Result<()>;

/// Why a scan ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// There is no overlay.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// What was found could not be handed on.
    #[error(transparent)]
    Sink(#[from] io::Error),
}

/// What is still to do.
struct Queue<'a> {
    tree: Tree<'a>,
    previous: Previous<'a>,
    /// The number of the next package.
    next: u64,
    /// How many were handed on.
    done: u64,
    /// Whether nothing more is wanted.
    stopped: bool,
}

struct Task {
    number: u64,
    step: Step,
    previous: Option<Package>,
}

impl Queue<'_> {
    fn take(&mut self) -> Option<Task> {
        let step = self.tree.next()?;
        let previous = match &step {
            Step::Package(name) => (self.previous)(name),
            Step::Found(..) => None,
        };
        let number = self.next;
        self.next += 1;
        Some(Task { number, step, previous })
    }
}

/// Scans an overlay.
///
/// # Errors
///
/// If there is none, or `sink` cannot take what is found.
pub(crate) fn run(
    options: &Options,
    previous: Previous<'_>,
    sink: Sink<'_>,
) -> Result<(), ScanError> {
    let tree = Tree::new(options)?;
    let queue = Queue { tree, previous, next: 0, done: 0, stopped: false };
    let queue = Mutex::new(queue);
    let moved = Condvar::new();
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        let mut started = 0;
        // This thread only hands on, and works by itself where there is no other: the first worker takes its place,
        // and the others have theirs from those that a file is read with.
        let wanted = if options.threads > 1 { options.threads } else { 0 };
        for number in 0..wanted {
            let sender = sender.clone();
            let (queue, moved) = (&queue, &moved);
            let work = move || worker(options, queue, moved, &sender);
            started += usize::from(match number {
                0 => thread::Builder::new().spawn_scoped(scope, work).is_ok(),
                _ => threads::hire_in(scope, work).is_some(),
            });
        }
        drop(sender);
        let mut order = Order { waiting: BTreeMap::new(), next: 0 };
        let mut result = Ok(());
        while result.is_ok() {
            // With threads, this one only hands on; without any, it does the work itself.
            let found = match started {
                0 => lock(&queue).take().map(|task| {
                    let number = task.number;
                    (number, examine(options, task))
                }),
                _ => receiver.recv().ok(),
            };
            let Some((number, found)) = found else { break };
            order.waiting.insert(number, found);
            while let Some((package, reused)) = order.pop() {
                result = sink(package, reused);
                lock(&queue).done += 1;
                moved.notify_all();
                if result.is_err() {
                    break;
                }
            }
        }
        lock(&queue).stopped = true;
        moved.notify_all();
        result
    })?;
    Ok(())
}

/// Puts results back in order.
struct Order {
    waiting: BTreeMap<u64, (Package, bool)>,
    next: u64,
}

impl Order {
    fn pop(&mut self) -> Option<(Package, bool)> {
        let found = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(found)
    }
}

fn worker(
    options: &Options,
    queue: &Mutex<Queue<'_>>,
    moved: &Condvar,
    sender: &Sender<(u64, (Package, bool))>,
) {
    loop {
        let task = {
            let mut queue = lock(queue);
            while !queue.stopped && queue.next >= queue.done + WINDOW {
                queue = moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.stopped { None } else { queue.take() }
        };
        let Some(task) = task else { return };
        let number = task.number;
        if sender.send((number, examine(options, task))).is_err() {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn examine(options: &Options, task: Task) -> (Package, bool) {
    let name = match task.step {
        Step::Package(name) => name,
        Step::Found(name, observation) => {
            let mut package = Package::of(name);
            package.findings.push(observation);
            return (package, false);
        }
    };
    if let Some(previous) = task.previous.filter(|previous| previous.name == name) {
        let current = previous.until.is_none_or(|until| options.now < until);
        let same =
            || fingerprint::with_keys(&fingerprint::own(options, &name), &previous.key_files);
        if current && same() == previous.fingerprint {
            return (previous, true);
        }
    }
    // A package that this program fails on must not keep the others from being looked at.
    let looked = catch_unwind(AssertUnwindSafe(|| package::examine(options, &name)));
    (looked.unwrap_or_else(|_| Package::failed(name)), false)
}
