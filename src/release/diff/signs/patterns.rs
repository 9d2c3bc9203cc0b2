//! The patterns, by language.

use super::super::hazard::HazardKind;
use super::super::lang::Lang;
use regex::bytes::{Regex, RegexSet};
use std::collections::BTreeMap;
use std::sync::LazyLock;

use HazardKind::{
    Constructor, Credentials, Decoding, Deserialising, DynamicLoading, Eval, Network, Obfuscated,
    Process, Weakened,
};

const ALL: &[Lang] = &[
    Lang::C,
    Lang::Python,
    Lang::Shell,
    Lang::M4,
    Lang::Make,
    Lang::Cmake,
    Lang::Meson,
    Lang::Rust,
    Lang::Go,
    Lang::Js,
    Lang::Perl,
    Lang::Ruby,
    Lang::Lua,
    Lang::Php,
    Lang::Jvm,
    Lang::Other,
    Lang::Text,
];

/// Languages in which `exec(` and `eval(` run text.
const DYNAMIC: &[Lang] = &[
    Lang::Python,
    Lang::Js,
    Lang::Perl,
    Lang::Ruby,
    Lang::Lua,
    Lang::Php,
    Lang::Other,
    Lang::Text,
];

const SHELLS: &[Lang] = &[Lang::Shell, Lang::M4, Lang::Make];

/// A kind, the languages, and what it looks like there.
const PATTERNS: &[(HazardKind, &[Lang], &str)] = &[
    // Processes.
    (
        Process,
        ALL,
        r"\b(?:os\s*\.\s*(?:system|popen|exec[lv]\w*|spawn\w+|posix_spawn\w*|startfile)|subprocess\s*\.\s*(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)
        |Popen|shell_exec|passthru|proc_open|pcntl_exec|child_process|execSync|execFileSync|execFile|spawnSync
        |exec\.Command(?:Context)?|Runtime\.getRuntime|ProcessBuilder|posix_spawnp?|pty\.spawn|create_subprocess_(?:exec|shell)
        |os\.execute|io\.popen|Open3\.\w+|IO\.popen|g_spawn_\w+|CreateProcess[AW]?|ShellExecute\w*|WinExec
        |os\.StartProcess|syscall\.(?:Exec|ForkExec)|Deno\.(?:run|Command)|Bun\.spawn\w*|process::Command|QProcess::\w+)\b",
    ),
    (
        Process,
        ALL,
        r"(?:^|[^.\w>$-])(?:system|popen|_popen|exec[lv]p?e?|execvpe|v?fork)\s*\(\s*[^\s)]",
    ),
    (Process, &[Lang::Rust], r"\bCommand::new\s*\(\s*(?:\x22|&|[a-z]|env!)"),
    // As a value, which is called later or under another name.
    (
        Process,
        &[Lang::C],
        r"\(\s*(?:system|popen|exec[lv]p?e?)\s*\)\s*\(|[=,(]\s*&?\s*(?:system|popen|exec[lv]pe?)\s*[;,)]|\bsyscall\s*\(\s*(?:SYS|__NR)_(?:exec|clone|fork)",
    ),
    (
        Eval,
        &[Lang::Python, Lang::Js, Lang::Lua, Lang::Ruby],
        r"(?:[=,(:]|\breturn)\s*(?:eval|exec|__import__|loadstring)\s*(?:[;,)\]}]|$)",
    ),
    (
        Eval,
        &[Lang::Js],
        r"\bset(?:Timeout|Interval|Immediate)\s*\(\s*['\x22`]|\bReflect\.\w+\s*\(\s*(?:Function|eval)\b|\.constructor\s*\.\s*constructor\b|\[\s*['\x22]constructor['\x22]\s*\]|\b(?:globalThis|global|window|self)\s*\[\s*['\x22][^'\x22]*['\x22]\s*\+|\brunIn(?:This|New)?Context\b|\bWorker\s*\(.*\beval\s*:\s*true",
    ),
    (Eval, &[Lang::Python], r"\b(?:FunctionType|CodeType)\s*\(\s*[^\s)]|\bbuiltins\.\w+\s*=[^=]"),
    (Eval, &[Lang::Cmake], r"(?i)\bcmake_language\s*\(\s*(?:EVAL|CALL|DEFER)\b"),
    (Process, &[Lang::Perl, Lang::Ruby], r"\bqx\s*[({/|]|%x[({\[]|(?:^|[=(\s])`[^`]+`"),
    (Process, &[Lang::M4], r"\b(?:m4_esyscmd\w*|m4_syscmd|esyscmd|syscmd|m4_sysval)\b"),
    (
        Process,
        &[Lang::Make],
        r"\$[({]shell\s|^\w+\s*!=|\b(?:python[23]?|perl|ruby|node|lua)\s+-[ce]\b|\b(?:python[23]?|perl|ruby|node|lua|(?:ba)?sh)\s+\S*(?:tests?|data|docs?|examples?|fixtures?)/",
    ),
    (
        Process,
        &[Lang::Shell, Lang::M4],
        r"(?:^|[\s;&|(`\x22'\[@])(?:(?:ba|da|z|k)?sh|source|\.)\s+[\x22']?(?:[\w.${}()@-]+/)*(?:tests?|testdata|data|docs?|examples?|fixtures?|samples?)/[\w$]",
    ),
    (Process, &[Lang::Cmake], r"(?i)\badd_custom_target\s*\(.*\bCOMMAND\b"),
    (
        Process,
        &[Lang::Cmake],
        r"(?i)\b(?:execute_process|exec_program|try_run|add_custom_command)\s*\(|\binstall\s*\(\s*(?:CODE|SCRIPT)\b",
    ),
    (
        Process,
        &[Lang::Meson],
        r"\b(?:run_command|add_install_script|add_postconf_script|add_dist_script)\s*\(",
    ),
    // What systemd, udev, a desktop or a cron daemon starts.
    (
        Process,
        &[Lang::Text],
        r"^Exec(?:Start|Stop|Reload|Condition)?(?:Pre|Post)?\s*=\s*\S|\bRUN(?:\{program\})?\s*\+?=|\bIMPORT\{program\}|\bPROGRAM\s*==?\s*\x22|^(?:[-*\d/,]+\s+){4}\*\s+[/\w]|^@(?:reboot|hourly|daily)\s+\S",
    ),
    // What runs text.
    (
        Eval,
        DYNAMIC,
        r"(?:^|[^.\w])(?:exec|eval|execfile|__import__|Function|loadstring|create_function|instance_eval|class_eval|runpy\.\w+)\s*\(\s*[^\s)]|(?:^|[^.\w])compile\s*\(.*['\x22](?:exec|eval)['\x22]|\bgetattr\s*\(\s*(?:__builtins__|builtins|__import__)|\b__builtins__\b|\bglobals\(\)\s*\[|\bnew\s+Function\b|\.constructor\s*\(\s*['\x22]|\bvm\.(?:runIn\w+|Script)\b",
    ),
    (
        Eval,
        ALL,
        r"\|\s*(?:sudo\s+)?(?:/\S*/)?(?:ba|da|z|k)?sh(?:\s|$|['\x22)`;&]|\s-)|\|\s*\$[({]?(?:SHELL|CONFIG_SHELL)\b|\|\s*eval\b|\|\s*(?:python[23]?|perl|ruby|node|php)(?:\s+-)?\s*(?:$|['\x22)`;&-])|\bInvoke-Expression\b|\biex\s",
    ),
    (
        Eval,
        &[Lang::Shell, Lang::Make],
        r"(?:^|[\s;&|(@])(?:eval\s+\S|(?:/bin/)?(?:ba|da|z|k)?sh\s+-c\s)|(?:^|[\s;&|(])(?:source|\.|(?:ba|da|z|k)?sh)\s+(?:(?:/var)?/tmp|/dev/|<\()",
    ),
    (Eval, &[Lang::M4], r"(?:^|[\s;&|(\[])eval\s+.*(?:`|\$\(|\|)|\|\s*\$\w+\s+-d\b"),
    (Eval, &[Lang::Perl], r"(?:^|[^.\w])eval\s*[\x22$'q]"),
    // Connections and addresses.
    (
        Network,
        ALL,
        r"\b(?:urlopen|urlretrieve|requests\.(?:get|post|put|request|Session)|httpx\.(?:get|post|put|patch|delete|head|request|stream|Client|AsyncClient)|http\.client|aiohttp\.\w+|urllib[23]?\.request
        |XMLHttpRequest|socket\.(?:socket|create_connection|getaddrinfo)|asyncio\.open_connection|webbrowser\.open\w*|sendBeacon|curl_(?:easy|multi)_(?:init|perform)|gethostbyname\w*|Net::HTTP|LWP::\w+|IO::Socket\w*
        |WebClient|Invoke-WebRequest|TcpStream::connect|UdpSocket|reqwest|ureq::\w+|attohttpc|isahc|minreq|net\.Dial\w*|http\.(?:Get|Post|PostForm|NewRequest\w*)
        |https?\.(?:get|request)|axios|WebSocket|QNetworkAccessManager|URLDownloadToFile\w*|InternetOpen\w*|WinHttp\w+|HttpURLConnection
        |paramiko|ftplib|smtplib|telnetlib|fsockopen|curl_exec|HttpClient)\b",
    ),
    (
        Network,
        ALL,
        r"(?:^|[\s\x22'`;|&(@/=\[])(?:curl|wget|ncat|socat|nc|aria2c|ftp)\s+(?:-|https?:|\$|\x22|'|\\)|/dev/tcp/|(?:['\x22])(?:curl|wget|nc|ncat)['\x22]",
    ),
    (
        Network,
        ALL,
        r"(?i)https?://\d{1,3}(?:\.\d{1,3}){3}[:/]|discord(?:app)?\.com/api/webhooks|api\.telegram\.org/bot|pastebin\.com/raw|\bngrok\b|transfer\.sh|webhook\.site|\.onion\b|\boast(?:ify)?\.\w+|interact\.sh|\bhttps?://[^\s\x22'/]*\.(?:tk|top|xyz)/",
    ),
    (
        Network,
        &[Lang::Js],
        r"(?:^|[^.\w]|\b(?:globalThis|global|window|self)\.)fetch\s*\(\s*[^\s)]",
    ),
    (
        Network,
        &[Lang::C],
        r"(?:^|[^.\w>])(?:socket\s*\(\s*(?:AF|PF)_INET|getaddrinfo\s*\(|connect\s*\(\s*\w+\s*,\s*\(?\s*(?:\(|&|struct))",
    ),
    (
        Network,
        &[Lang::Cmake, Lang::Meson],
        r"(?i)\bfile\s*\(\s*DOWNLOAD\b|\b(?:FetchContent_Declare|FetchContent_MakeAvailable|ExternalProject_Add|CPMAddPackage)\b",
    ),
    // What turns text into data.
    (
        Decoding,
        ALL,
        r"\b(?:(?:urlsafe_|standard_)?b64decode|b32decode|b16decode|b85decode|a85decode|base64_decode|decode_base64|atob|unhexlify|fromhex|fromCharCode|rot_?13
        |codecs\.decode|unpack_from|gzinflate|gzuncompress|str_rot13|(?:zlib|gzip|bz2|lzma)\.decompress|base64\s+(?:-d|--decode|-D)
        |Base64\.(?:decode\w*|getDecoder)|hex::decode|hex\.DecodeString|StdEncoding\.DecodeString|uudecode|xxd\s+-r|openssl\s+enc)\b
        |\bBuffer\.from\s*\(.*(?:hex|base64)|\bxz\s+(?:\S+\s+)*-\w*d|\bgzip\s+-\w*d|\b(?:gunzip|zcat|xzcat|bzcat|zstdcat)\s
        |\b(?:chr|ord)\s*\([^)]*\)\s*\^|\bchr\s*\([^)]*[^)\w\s][^)]*\)\s*for\b|\bchr\s*\([^)]*\)\s*for\s+[\w\s,]+\sin\s+(?:[^\sr]|r(?:[^a]|a(?:[^n]|n(?:[^g]|g(?:[^e]|e[^(])))))|\bchr\s*\([^)]*\)\s*for\s+[\w\s,]+\sin\s+range\s*\([^)]*\)\s*(?:or\b|and\b|[^\s)\]\w])|\bmap\s*\(\s*chr\b|\.charCodeAt\s*\(.*\^|printf\s+['\x22]?(?:%b\s+)?['\x22]?\\\\?x[0-9a-f]{2}",
    ),
    (
        Decoding,
        SHELLS,
        r"\b(?:tail|head)\s+-c|\bdd\s+.*skip=|\bgrep\s+-\w*a\w*|\bawk\s.*\^|\btr\s+['\x22\\][^|]*\|\s*\S*(?:xz|gzip|eval|sh\b)",
    ),
    // What loads code.
    (
        DynamicLoading,
        ALL,
        r"\b(?:dlopen|dlmopen|LoadLibrary(?:Ex)?[AW]?|g_module_open|lt_dlopen\w*|ctypes\.(?:CDLL|cdll|windll|PyDLL|WinDLL|CFUNCTYPE)|CDLL
        |importlib\.(?:import_module|util\.spec_from_file_location|machinery\.\w+)|imp\.load_\w+|libloading|plugin\.Open|System\.load(?:Library)?
        |DynaLoader|process\.dlopen|ffi\.dlopen|package\.loadlib|PROT_EXEC|VirtualAlloc\w*|memfd_create|LD_PRELOAD|PAGE_EXECUTE\w*|go:linkname)\b",
    ),
    (
        DynamicLoading,
        &[Lang::Python],
        r"\bsys\.(?:path\.(?:insert|append|extend)|meta_path|path_hooks)\b|\bsite\.addsitedir\b|\b(?:Source|Sourceless|Extension)FileLoader\b|\bcdll\.|\.LoadLibrary\s*\(|\bpip\.(?:_internal|main)\b",
    ),
    (
        DynamicLoading,
        &[Lang::Js],
        r"\bModule\._\w+|\)\._(?:load|resolveFilename|compile|extensions)\b|\brequire\.extensions\b|\bprocess\.binding\s*\(|\bWebAssembly\.(?:instantiate|compile|Module)|(?:^|[^.\w$])require\s*\(\s*[A-Za-z_$][\w$.]*\s*\)|\bcreateElement\s*\(\s*['\x22]script['\x22]",
    ),
    (
        DynamicLoading,
        &[Lang::C],
        r"\bdlv?sym\s*\(|\b(?:setenv|putenv)\s*\(\s*\x22(?:GCONV_PATH|LD_\w+)",
    ),
    (DynamicLoading, &[Lang::Rust], r"\bfn\s*\([^=]*=.*\btransmute\b|\btransmute\s*::\s*<.*\bfn\b"),
    (
        DynamicLoading,
        &[Lang::Text, Lang::Js, Lang::Php, Lang::Python, Lang::Ruby, Lang::Jvm, Lang::Other],
        r"(?i)<script\b[^>]*\bsrc\s*=\s*['\x22]?\s*(?:https?:)?//",
    ),
    (
        Constructor,
        &[Lang::C, Lang::Rust, Lang::Other, Lang::Text],
        r"(?:__attribute__|__attribute|\[\[).*\b_*(?:constructor|ifunc|init_priority)_*\b|\.(?:init_array|preinit_array|ctors)\b|#\s*pragma\s+(?:init|startup)\b|#\[(?:ctor|link_section\s*=\s*\x22\.init)|\bDllMain\b|\b(?:G_DEFINE_|ATTR_?|ATTRIBUTE_?)CONSTRUCTOR\b",
    ),
    (
        Deserialising,
        ALL,
        r"\b(?:pickle\.loads?|cPickle\.loads?|marshal\.loads?|dill\.loads?|cloudpickle\.loads?|shelve\.open|jsonpickle\.decode|yaml\.(?:unsafe_load|full_load|load)|joblib\.load|torch\.load|unserialize|Marshal\.load|ObjectInputStream|readObject|BinaryFormatter|Storable::\w+)\s*\(",
    ),
    (
        Deserialising,
        ALL,
        r"!!python/(?:object|name|module)|!ruby/(?:object|hash|struct)|\ballow_pickle\s*=\s*True|\bUnpickler\s*\(",
    ),
    // A program that is to be compiled and can not, so that a check always fails: xz 5.6.1.
    (Weakened, &[Lang::Cmake, Lang::M4, Lang::Meson], r"^\.$"),
    (
        Weakened,
        ALL,
        r"\bverify_mode\s*=\s*0|\bcheck_hostname\s*=\s*bool|\bresolve_entities\s*=\s*True|_FORTIFY_SOURCE=0|\bnorelro\b|-fcf-protection=none|\binstall_mode\s*:.*['\x22][rwx-]{0,5}s|(?:^|[^.\w>])set(?:e|re|res)?[ug]id\s*\(\s*0\b",
    ),
    // What does without a protection: of connections, pages, queries, files, accounts.
    (
        Weakened,
        ALL,
        r"\bverify(?:_ssl|_certs?)?\s*=\s*(?:False\b|0\b|None\b|not\b|bool\(|['\x22]{2})|(?:[^=!<>]=|[,(:])\s*(?:ssl\.)?CERT_NONE\b|\bcheck_hostname\s*=\s*(?:False|0|not)\b|_create_unverified_context|InsecureSkipVerify\s*[:=]\s*(?:true|!)
        |rejectUnauthorized['\x22]?\s*:\s*(?:false|!|0)|danger_accept_invalid_(?:certs|hostnames)\s*\(\s*true|\bSSL_VERIFY_NONE\b|SSL_VERIFY(?:PEER|HOST|STATUS)\s*,\s*(?:0|FALSE|false)
        |NODE_TLS_REJECT_UNAUTHORIZED|StrictHostKeyChecking(?:=|\s+)no\b|--(?:insecure|no-check-cert\w*|trusted-host|no-gpg-check|nogpgcheck|no-check-gpg|allow-unauthenticated|disable-host-key-checking)\b
        |\bcurl\s+(?:\S+\s+)*-[a-zA-Z]*k[a-zA-Z]*\s|\bsslverify\s*=\s*(?:0|false)|\btrusted=yes\b|\bgpgcheck\s*=\s*0\b",
    ),
    (
        Weakened,
        ALL,
        r"\bautoescape\s*[=:]\s*(?:False|false|off)|\bmark_safe\s*\(|\{\{[^}]*\|\s*(?:safe|raw)\b|\bdangerouslySetInnerHTML\b|\bhtml_safe\b|\{!!
        |\b(?:execute|executemany|query|raw|prepare)\s*\(\s*(?:f['\x22]|['\x22]+(?i:select|insert|update|delete|drop|replace|with)\b[^,]*['\x22]\s*(?:%|\+|\.\s|\.format))
        |\b(?:AES\.)?MODE_ECB\b|['\x22/]ECB['\x22/]|\b(?:Unsafe|Full)Loader\b|Loader\s*=\s*(?:yaml\.)?Loader\b|\bcsrf_exempt\b",
    ),
    (
        Weakened,
        ALL,
        r"\b(?:chmod|open|mkdir|mkfifo|mode|makedirs)\b[^;]*\b0o?[0-7]?[0-7][0-7][2367]\b|\bumask\s*\(?\s*0+\b|\bchmod\s+(?:-\w+\s+)*(?:[0-7]?[0-7][0-7][2367]\b|[ug]*[oa]+[ug]*\+\w*w|[0-7]?[2467][0-7]{3}\b|[ug]+\+\w*s)|\binstall\b.*\s-m\s*[0-7]?[2467][0-7]{3}\b
        |\bNOPASSWD\b|\bpam_permit\b|<allow\s+(?:own|send_destination|send_interface)\s*=|<allow_(?:any|inactive|active)>\s*yes|polkit\.Result\.YES|\bPermitRootLogin\s+yes|\bsetenforce\s+0\b
        |-z\s*,?\s*execstack\b|-fno-stack-protector\b|-U_FORTIFY_SOURCE\b|\bno-pie\b",
    ),
    // What an account is worth.
    (
        Credentials,
        ALL,
        r"\.ssh/|\bid_(?:rsa|ed25519|ecdsa)\b|authorized_keys|\.aws/(?:credentials|config)|\.git-credentials|(?:~|HOME|home|expanduser).{0,40}\.(?:npmrc|pypirc|netrc|bashrc|zshrc|profile|bash_profile|docker/config)\b|\b(?:NPM_TOKEN|GITHUB_TOKEN|PYPI_TOKEN|AWS_SECRET_ACCESS_KEY|ACTIONS_ID_TOKEN_REQUEST_TOKEN|TWINE_PASSWORD)\b|\x22/etc/(?:passwd|group)\x22\s*,\s*(?:O_(?:WR|RD)WR|O_WRONLY|\x22[wa])|/etc/(?:shadow|sudoers|ld\.so\.preload|cron\.\w+|crontab|profile\.d|rc\.local)\b|\bcrontab\s+-|LaunchAgents|CurrentVersion\\\\?\\Run|169\.254\.169\.254|metadata\.google\.internal|Login Data|wallet\.dat|/proc/(?:self|\d+|\w+)/mem\b",
    ),
    // What no one is meant to read.
    (
        Obfuscated,
        &[Lang::Js, Lang::Php, Lang::Text],
        r"\b_0x[0-9a-f]{4,6}\b|(?:\[\]\s*\+\s*){3,}|(?:!\+\[\]){3,}",
    ),
    (
        Obfuscated,
        &[
            Lang::Python,
            Lang::Js,
            Lang::Php,
            Lang::Perl,
            Lang::Ruby,
            Lang::Lua,
            Lang::Shell,
            Lang::M4,
            Lang::Make,
        ],
        r"(?:\\x[0-9a-fA-F]{2}){16,}|(?:\\u00[0-9a-fA-F]{2}){12,}|(?:chr\s*\(\s*\d+\s*\)\s*[+.]\s*){4,}|(?:\b\d{2,3}\s*,\s*){50,}|(?:\\[0-7]{3}){16,}",
    ),
];

/// The patterns of one language.
struct Table {
    set: RegexSet,
    each: Vec<(HazardKind, Regex)>,
}

impl Table {
    fn of(lang: Lang) -> Option<Self> {
        let rows = PATTERNS.iter().filter(|(_, langs, _)| langs.contains(&lang));
        let rows: Vec<(HazardKind, String)> =
            rows.map(|(kind, _, pattern)| (*kind, bytes(pattern))).collect();
        let set = RegexSet::new(rows.iter().map(|(_, pattern)| pattern)).ok()?;
        let each = rows.iter().map(|(kind, pattern)| Some((*kind, Regex::new(pattern).ok()?)));
        Some(Self { set, each: each.collect::<Option<_>>()? })
    }
}

/// A pattern over bytes; line breaks in it are for the eye.
fn bytes(pattern: &str) -> String {
    let joined: String = pattern.lines().map(str::trim_start).collect();
    format!("(?-u){joined}")
}

static TABLES: LazyLock<BTreeMap<Lang, Table>> =
    LazyLock::new(|| ALL.iter().filter_map(|lang| Some((*lang, Table::of(*lang)?))).collect());

/// What a line does, each kind once, and where in the line.
pub(super) fn found(lang: Lang, line: &[u8]) -> Vec<(HazardKind, usize)> {
    let Some(table) = TABLES.get(&lang) else { return Vec::new() };
    let mut found: Vec<(HazardKind, usize)> = Vec::new();
    for index in &table.set.matches(line) {
        let Some((kind, pattern)) = table.each.get(index) else { continue };
        let at = pattern.find(line).map_or(0, |hit| hit.start());
        if !found.iter().any(|(known, _)| known == kind) {
            found.push((*kind, at));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for lang in ALL {
            assert!(TABLES.contains_key(lang), "{lang:?}");
        }
    }
}
