//! `aws-chunked` bodies: chunk extensions, chunk signatures, trailers.

use std::time::SystemTime;

use super::sign::Signer;

/// One chunk of an unsigned body.
pub fn chunk(data: &[u8]) -> Vec<u8> {
    let mut out = format!("{:x}\r\n", data.len()).into_bytes();
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
    out
}

/// A whole unsigned body: chunks of `size` bytes, the last chunk, the trailers.
pub fn unsigned(data: &[u8], size: usize, trailers: &[(String, String)]) -> Vec<u8> {
    let mut out: Vec<u8> = data.chunks(size.max(1)).flat_map(chunk).collect();
    out.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        out.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// A whole signed body; `seed` is the request's own signature. With trailers, the trailer signature ends it.
pub fn signed(
    signer: &Signer,
    seed: &str,
    time: SystemTime,
    data: &[u8],
    size: usize,
    trailers: Option<&[(String, String)]>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 256);
    let mut previous = seed.to_owned();
    for piece in data.chunks(size.max(1)).chain([&[][..]]) {
        previous = signer.sign_chunk(piece, &previous, time);
        out.extend_from_slice(format!("{:x};chunk-signature={previous}\r\n", piece.len()).as_bytes());
        out.extend_from_slice(piece);
        if !piece.is_empty() {
            out.extend_from_slice(b"\r\n");
        }
    }
    if let Some(trailers) = trailers {
        let canonical: String = trailers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let signature = signer.sign_trailers(&canonical, &previous, time);
        for (name, value) in trailers {
            out.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
        }
        out.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}
