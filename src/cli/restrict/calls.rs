//! The system calls that are refused.

/// Refuses calls that make a socket, or a queue through which one can be made. False where there is no
/// filter for this system.
pub(super) fn sockets() -> bool {
    filters::sockets()
}

/// Refuses what a program that makes files from files has no use for, and what Landlock says nothing
/// of: leaving its process group for another than `group`, signals, modes, owners and times of files,
/// the system's clock, name, modules and keys. False where there is no filter for this system.
pub(super) fn tame(group: i32) -> bool {
    filters::tame(group)
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
mod filters {
    use libc::c_long;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch, apply_filter,
    };

    const SOCKETS: [c_long; 3] = [libc::SYS_socket, libc::SYS_socketpair, libc::SYS_io_uring_setup];

    const UNTAMED: [c_long; 62] = [
        libc::SYS_setsid,
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_tgkill,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_pidfd_send_signal,
        libc::SYS_ptrace,
        libc::SYS_process_vm_writev,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_utimensat,
        libc::SYS_truncate,
        libc::SYS_setxattr,
        libc::SYS_lsetxattr,
        libc::SYS_fsetxattr,
        libc::SYS_removexattr,
        libc::SYS_lremovexattr,
        libc::SYS_fremovexattr,
        libc::SYS_open_by_handle_at,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_reboot,
        libc::SYS_kexec_load,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_adjtimex,
        libc::SYS_clock_adjtime,
        libc::SYS_sethostname,
        libc::SYS_setdomainname,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_acct,
        libc::SYS_quotactl,
        libc::SYS_syslog,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_setpriority,
        libc::SYS_ioprio_set,
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
        libc::SYS_shmget,
        libc::SYS_semget,
        libc::SYS_msgget,
        libc::SYS_mq_open,
        libc::SYS_migrate_pages,
        // The same for all: setxattrat, removexattrat, open_tree_attr, file_setattr.
        463,
        466,
        467,
        469,
    ];

    /// Without a mode of its own a file is as good, but autoconf insists: these do nothing, and succeed.
    /// The last is fchmodat2, the same for all.
    const MODES: [c_long; 3] = [libc::SYS_fchmod, libc::SYS_fchmodat, 452];

    /// Older calls for the same, which one of the three has.
    #[cfg(target_arch = "x86_64")]
    const OLDER_MODES: [c_long; 1] = [libc::SYS_chmod];
    #[cfg(target_arch = "x86_64")]
    const OLDER: [c_long; 5] =
        [libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat];
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const OLDER_MODES: [c_long; 0] = [];
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const OLDER: [c_long; 0] = [];

    /// What is added to the number of a call that a 64-bit program makes with 32-bit pointers.
    #[cfg(target_arch = "x86_64")]
    const OTHER_NUMBERS: [i64; 2] = [0, 0x4000_0000];
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const OTHER_NUMBERS: [i64; 1] = [0];

    pub(super) fn sockets() -> bool {
        answer(libc::EACCES, SOCKETS.into_iter().map(|number| (number, Vec::new())))
    }

    pub(super) fn tame(group: i32) -> bool {
        let Some(limited) = limited(group) else { return false };
        let all = |numbers: Vec<c_long>| numbers.into_iter().map(|number| (number, Vec::new()));
        let untamed = all(UNTAMED.into_iter().chain(OLDER).collect());
        // Without clone3, whose flags no filter can see, the C library uses clone.
        answer(libc::EACCES, untamed.chain(limited))
            && answer(0, all(MODES.into_iter().chain(OLDER_MODES).collect()))
            && answer(libc::ENOSYS, all(vec![libc::SYS_clone3]))
    }

    /// Calls that are refused for some of their arguments.
    fn limited(group: i32) -> Option<Vec<(c_long, Vec<SeccompRule>)>> {
        use SeccompCmpArgLen::{Dword, Qword};
        use SeccompCmpOp::{Eq, MaskedEq, Ne};
        let rule = |at, length, op, value| {
            let condition = SeccompCondition::new(at, length, op, value).ok()?;
            SeccompRule::new(vec![condition]).ok()
        };
        // Namespaces of its own: mount, cgroup, UTS, IPC, user, PID, network.
        let namespaces = [17, 25, 26, 27, 28, 29, 30].map(|bit| 1 << bit);
        let namespaces = namespaces.map(|flag| rule(0, Qword, MaskedEq(flag), flag));
        // Signals by way of a file: F_SETOWN, F_SETSIG, F_SETOWN_EX.
        let owners = [8, 10, 15].map(|command| rule(1, Dword, Eq, command));
        let group = rule(1, Dword, Ne, u64::from(group.unsigned_abs()));
        Some(vec![
            (libc::SYS_setpgid, vec![group?]),
            (libc::SYS_prlimit64, vec![rule(0, Dword, Ne, 0)?]),
            (libc::SYS_clone, namespaces.into_iter().collect::<Option<_>>()?),
            (libc::SYS_fcntl, owners.into_iter().collect::<Option<_>>()?),
        ])
    }

    /// Answers calls with an error, or with none; those with rules, where one of them holds.
    fn answer(error: i32, calls: impl Iterator<Item = (c_long, Vec<SeccompRule>)>) -> bool {
        let calls = calls
            .flat_map(|(number, rules)| OTHER_NUMBERS.map(|more| (number + more, rules.clone())));
        let action = SeccompAction::Errno(error.unsigned_abs());
        let program = TargetArch::try_from(std::env::consts::ARCH)
            .and_then(|arch| {
                SeccompFilter::new(calls.collect(), SeccompAction::Allow, action, arch)
            })
            .and_then(BpfProgram::try_from);
        program.is_ok_and(|program| apply_filter(&program).is_ok())
    }
}

/// No one writes filters for other systems here.
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
mod filters {
    pub(super) fn sockets() -> bool {
        false
    }

    pub(super) fn tame(_: i32) -> bool {
        false
    }
}
