//! What the program prints, word for word. `TRYCMD=overwrite cargo test transcripts::` writes
//! the files under tests/cli anew; read the difference before committing it.

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").case("tests/cli/*.trycmd");
}
