//! Signed messages of packets (RFC 9580, section 10.3): signatures around a literal.
//!
//! The grammar that is read is the one that programs write: one or more one-pass signatures, a
//! literal, as many signatures in reverse order; or one or more signatures before a literal; either
//! inside of one compressed packet. Everything else is refused rather than interpreted.

use super::compressed::{self, Input, Inside, Start};
use super::fault::{MessageError, MessageFault, PACKET_LIMIT, io_error};
use super::{Form, UnverifiedMessage, contexts};
use crate::bytes::line_ends::{LineEnds, Piece};
use crate::bytes::pass::DocumentHash;
use crate::evidence::openpgp::UnverifiedSignatures;
use crate::evidence::openpgp::signature::{SIGNATURE_LIMIT, document_hash};
use sequoia_openpgp::Packet;
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::packet::{OnePassSig, Signature, Tag};
use sequoia_openpgp::parse::{
    Dearmor, PacketParser, PacketParserBuilder, PacketParserResult, Parse,
};
use sequoia_openpgp::types::SignatureType;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// Reads the packets of `input` and writes the literal's body to `spool`: at most `limit` bytes of it
/// where it was compressed.
pub(super) fn read(
    input: Input<'_>,
    spool: &mut dyn Write,
    limit: u64,
) -> Result<UnverifiedMessage, MessageError> {
    let mut message = Reader::new(spool, limit);
    match compressed::start(input).map_err(io_error)? {
        Start::Other(mut input) => message.packets(&mut input)?,
        Start::Compressed(algorithm, body) => {
            message.compressed = true;
            let mut inside = Inside::new(algorithm, body)?;
            message.packets(&mut inside)?;
            inside.finish()?;
        }
    }
    message.finish()
}

/// What went wrong below the packets: the system, or the packets themselves.
fn broken(error: sequoia_openpgp::anyhow::Error) -> MessageError {
    match error.downcast::<io::Error>() {
        Ok(error) => io_error(error),
        Err(_) => MessageFault::Broken.into(),
    }
}

/// Where in the message the parser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the literal.
    Head,
    /// Behind the literal.
    Tail,
}

/// The start of a signature: what its hash begins with, or nothing where its version is unknown.
type Opening = Option<DocumentHash>;

struct Reader<'a> {
    spool: &'a mut dyn Write,
    limit: u64,
    place: Place,
    compressed: bool,
    one_pass: Vec<Opening>,
    /// Whether the one-pass signature that came last said that a message follows it.
    closed: bool,
    signatures: Vec<Signature>,
    /// Openings of the signatures behind the literal.
    endings: Vec<Opening>,
    unreadable: usize,
    documents: BTreeMap<DocumentHash, Context>,
    text: bool,
    size: u64,
}

impl<'a> Reader<'a> {
    fn new(spool: &'a mut dyn Write, limit: u64) -> Self {
        Self {
            spool,
            limit,
            place: Place::Head,
            compressed: false,
            one_pass: Vec::new(),
            closed: false,
            signatures: Vec::new(),
            endings: Vec::new(),
            unreadable: 0,
            documents: BTreeMap::new(),
            text: false,
            size: 0,
        }
    }

    /// Takes all packets of `input`, whose compressed packet was taken off.
    fn packets(&mut self, input: Input<'_>) -> Result<(), MessageError> {
        let mut parser = PacketParserBuilder::from_reader(input)
            .and_then(|builder| builder.dearmor(Dearmor::Disabled).automatic_hashing(false).build())
            .map_err(broken)?;
        let mut packets = 0;
        while let PacketParserResult::Some(mut packet) = parser {
            packets += 1;
            if packets > PACKET_LIMIT {
                return Err(MessageFault::TooManyPackets.into());
            }
            self.take(&mut packet)?;
            (_, parser) = packet.next().map_err(broken)?;
        }
        Ok(())
    }

    /// Takes the next packet.
    fn take(&mut self, parser: &mut PacketParser) -> Result<(), MessageError> {
        if matches!(parser.packet, Packet::Marker(_) | Packet::Padding(_)) {
            return Ok(());
        }
        match &parser.packet {
            Packet::CompressedData(_) => return Err(self.compression()),
            Packet::OnePassSig(packet) => {
                let opening = Some(opening(packet)?);
                let last = packet.last();
                self.one_pass(opening, last)?;
            }
            Packet::Signature(packet) => {
                let packet = packet.clone();
                self.signature(packet)?;
            }
            Packet::Literal(_) => self.literal(parser)?,
            Packet::Unknown(packet) if packet.tag() == Tag::OnePassSig => {
                self.one_pass(None, false)?;
                // No one knows where its flag is.
                self.closed = false;
            }
            Packet::Unknown(packet) if packet.tag() == Tag::Signature => self.unreadable()?,
            // Data that is not a packet.
            Packet::Unknown(packet) if packet.tag() == Tag::Reserved => {
                return Err(self.ended(MessageFault::Broken));
            }
            Packet::PublicKey(_) | Packet::SecretKey(_) => {
                return Err(self.ended(MessageFault::Key));
            }
            Packet::PKESK(_) | Packet::SKESK(_) | Packet::SEIP(_) => {
                return Err(self.ended(MessageFault::Encrypted));
            }
            other => {
                return Err(self.ended(MessageFault::Foreign(u8::from(other.tag()))));
            }
        }
        Ok(())
    }

    /// What to say of a packet that no message has: behind a whole message it is only trailing.
    fn ended(&self, fault: MessageFault) -> MessageError {
        match self.place {
            Place::Tail => MessageFault::Trailing.into(),
            Place::Head => fault.into(),
        }
    }

    /// What to say of a compressed packet that is not the first.
    fn compression(&self) -> MessageError {
        let what = match self.place {
            Place::Tail => return MessageFault::Trailing.into(),
            Place::Head if self.compressed => "compressed more than once",
            Place::Head if self.signed() => "compressed inside of the signature",
            Place::Head => "compressed behind another packet",
        };
        MessageFault::Order(what).into()
    }

    /// Whether a signature, or the start of one, came before.
    fn signed(&self) -> bool {
        !self.one_pass.is_empty() || !self.signatures.is_empty() || self.unreadable > 0
    }

    fn one_pass(&mut self, opening: Opening, last: bool) -> Result<(), MessageError> {
        if self.place == Place::Tail {
            return Err(MessageFault::Trailing.into());
        }
        if self.closed || !self.signatures.is_empty() || self.unreadable > 0 {
            // RFC 9580, section 5.4: this one signs the signatures inside, too.
            return Err(MessageFault::Nested.into());
        }
        self.closed = last;
        self.one_pass.push(opening);
        self.limit(self.one_pass.len())
    }

    fn signature(&mut self, signature: Signature) -> Result<(), MessageError> {
        document_type(signature.typ())?;
        match self.place {
            Place::Head if !self.one_pass.is_empty() => return Err(MessageFault::Nested.into()),
            Place::Head => {}
            Place::Tail => self.endings.push(Some(document_hash(&signature))),
        }
        self.signatures.push(signature);
        self.limit(self.signatures.len() + self.unreadable)
    }

    /// A signature of a version that is not read here.
    fn unreadable(&mut self) -> Result<(), MessageError> {
        match self.place {
            Place::Head if !self.one_pass.is_empty() => return Err(MessageFault::Nested.into()),
            Place::Head => {}
            Place::Tail => self.endings.push(None),
        }
        self.unreadable += 1;
        self.limit(self.signatures.len() + self.unreadable)
    }

    fn limit(&self, signatures: usize) -> Result<(), MessageError> {
        if signatures > SIGNATURE_LIMIT {
            return Err(MessageFault::TooManySignatures.into());
        }
        Ok(())
    }

    /// Streams the body of the literal. Its name, date and format are signed by no one, so they
    /// decide nothing.
    fn literal(&mut self, parser: &mut PacketParser) -> Result<(), MessageError> {
        if self.place == Place::Tail {
            return Err(MessageFault::Order("more than one text").into());
        }
        self.place = Place::Tail;
        let before = self.signatures.iter().map(document_hash);
        let wanted: Vec<_> = self.one_pass.iter().flatten().cloned().chain(before).collect();
        self.text = wanted.iter().any(|document| document.text);
        if self.text && wanted.iter().any(|document| !document.text) {
            return Err(MessageFault::MixedKinds.into());
        }
        self.documents = contexts(&wanted);
        let mut line_ends = LineEnds::default();
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match parser.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io_error(error)),
            };
            let bytes = chunk.get(..read).unwrap_or_default();
            if self.text {
                line_ends.feed(bytes, |piece| match piece {
                    Piece::Stretch(bytes) => self.put(bytes, bytes),
                    Piece::End => self.put(b"\r\n", b"\n"),
                })?;
            } else {
                self.put(bytes, bytes)?;
            }
        }
    }

    /// Hashes `signed` and writes `written`.
    fn put(&mut self, signed: &[u8], written: &[u8]) -> Result<(), MessageError> {
        for context in self.documents.values_mut() {
            context.update(signed);
        }
        self.size += written.len() as u64;
        if self.compressed && self.size > self.limit {
            return Err(MessageFault::UnpacksTooFar.into());
        }
        self.spool.write_all(written).map_err(MessageError::Spool)
    }

    fn finish(mut self) -> Result<UnverifiedMessage, MessageError> {
        match self.place {
            Place::Head if self.one_pass.is_empty() && self.signed() => {
                return Err(MessageFault::Detached.into());
            }
            Place::Head => return Err(MessageFault::Broken.into()),
            Place::Tail => {}
        }
        // The one that opened last closes first.
        self.endings.reverse();
        let pairs = self.one_pass.iter().zip(&self.endings);
        if self.one_pass.len() != self.endings.len()
            || pairs.into_iter().any(|(opening, ending)| opening != ending)
        {
            let what = "the signatures at its end are not those that its head announces";
            return Err(MessageFault::Order(what).into());
        }
        if !self.signed() {
            return Err(MessageFault::NotSigned.into());
        }
        let signatures = UnverifiedSignatures::of(self.signatures, self.unreadable)
            .map_err(MessageFault::Signatures)?;
        Ok(UnverifiedMessage {
            form: Form::Inline,
            signatures,
            documents: self.documents,
            size: self.size,
            surrounded: false,
            line_ends: self.text,
        })
    }
}

/// What the hash of the announced signature begins with.
fn opening(packet: &OnePassSig) -> Result<DocumentHash, MessageError> {
    document_type(packet.typ())?;
    Ok(DocumentHash {
        algorithm: packet.hash_algo(),
        salt: packet.salt().map(<[u8]>::to_vec).unwrap_or_default(),
        text: packet.typ() == SignatureType::Text,
    })
}

fn document_type(kind: SignatureType) -> Result<(), MessageError> {
    use crate::evidence::openpgp::SignatureFault;
    match kind {
        SignatureType::Binary | SignatureType::Text => Ok(()),
        other => Err(MessageFault::Signatures(SignatureFault::NotDocument(u8::from(other))).into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sequoia_openpgp::serialize::stream::{Compressor, LiteralWriter, Message};
    use sequoia_openpgp::types::CompressionAlgorithm;

    fn bomb(algorithm: CompressionAlgorithm) -> Vec<u8> {
        let mut out = Vec::new();
        let writer = Compressor::new(Message::new(&mut out)).algo(algorithm).build().unwrap();
        let mut writer = LiteralWriter::new(writer).build().unwrap();
        writer.write_all(&vec![0; 1 << 20]).unwrap();
        writer.finalize().unwrap();
        out
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        for algorithm in
            [CompressionAlgorithm::Zip, CompressionAlgorithm::Zlib, CompressionAlgorithm::BZip2]
        {
            let bomb = bomb(algorithm);
            assert!(bomb.len() < 1 << 13);
            let mut spool = Vec::new();
            let read = read(&mut bomb.as_slice(), &mut spool, 100_000);
            assert!(matches!(read, Err(MessageError::Fault(MessageFault::UnpacksTooFar))));
            assert!(spool.len() <= 100_000);
            // With room enough it is a message that no one signed.
            let read = super::read(&mut bomb.as_slice(), &mut Vec::new(), 1 << 20);
            assert!(matches!(read, Err(MessageError::Fault(MessageFault::NotSigned))));
        }
    }

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()))
        }
    }

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_the_system_refuses_is_no_fault_of_the_message() {
        let read = super::read(&mut Failing, &mut Vec::new(), 1);
        assert!(matches!(read, Err(MessageError::Read(_))));
        let bomb = bomb(CompressionAlgorithm::Zip);
        let read = super::read(&mut bomb.as_slice(), &mut Failing, 1 << 20);
        assert!(matches!(read, Err(MessageError::Spool(_))));
    }
}
