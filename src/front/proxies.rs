//! What proxies in front say of a request: whose word counts, and what it says.

use std::net::IpAddr;
use std::str::FromStr;

use http::header::HeaderMap;

/// The proxies whose headers count; of all others `X-Forwarded-*` is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// Bits of `address` that count.
    prefix: u8,
}

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Neither an address nor a scheme.
const UNREADABLE: &str = "?";

impl TrustedProxies {
    /// The client's address and whether it came over TLS, seen from a connection with `peer`.
    ///
    /// Each proxy adds the address that it sees at the end of `X-Forwarded-For`: the last one that is no trusted proxy
    /// is the client. What stands before it the client may have written itself.
    pub fn origin(&self, peer: IpAddr, secure: bool, headers: &HeaderMap) -> (IpAddr, bool) {
        if !self.trusts(peer) {
            return (peer, secure);
        }
        let hops: Vec<&str> = items(headers, FORWARDED_FOR).collect();
        let mut client = peer;
        for hop in hops.iter().rev() {
            // What cannot be read ends the chain at the last hop that can.
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        // The first proxy's word, behind whatever it did not strip: with several, all must have been secure.
        let mut schemes = items(headers, FORWARDED_PROTO).peekable();
        let secure = match schemes.peek() {
            None => secure,
            Some(_) => schemes.all(|scheme| scheme.eq_ignore_ascii_case("https")),
        };
        (client, secure)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }
}

fn items<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    // A client may have begun the line that the proxies went on with: what is no text spoils its own item alone.
    let items = headers.get_all(name).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    items.map(|item| std::str::from_utf8(item).unwrap_or(UNREADABLE).trim()).filter(|item| !item.is_empty())
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse().ok().map(|socket: std::net::SocketAddr| socket.ip()))
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, false),
            IpAddr::V6(v6) => (v6.to_bits(), true),
        };
        let ((ours, ours_v6), (theirs, theirs_v6)) = (bits(self.address), bits(address));
        let kept = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
        ours_v6 == theirs_v6 && (ours ^ theirs) & kept == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| format!("`{text}` is no address and no network"))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).ok().filter(|prefix| *prefix <= longest);
        Ok(Self { address, prefix: prefix.ok_or_else(|| format!("`{text}` has a prefix beyond {longest}"))? })
    }
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trusted: &str, peer: &str, headers: &[(&'static str, &str)]) -> (String, bool) {
        let proxies: TrustedProxies = trusted.parse().unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let (address, secure) = proxies.origin(peer.parse().unwrap(), false, &map);
        (address.to_string(), secure)
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        let headers = [(FORWARDED_FOR, "192.0.2.7"), (FORWARDED_PROTO, "https")];
        assert_eq!(seen("10.0.0.0/8", "10.9.9.9", &headers), ("192.0.2.7".into(), true));
        assert_eq!(seen("10.0.0.0/8", "11.9.9.9", &headers), ("11.9.9.9".into(), false));
        assert_eq!(seen("", "10.9.9.9", &headers), ("10.9.9.9".into(), false));
        assert_eq!(seen("fd00::/8", "fd12::1", &headers), ("192.0.2.7".into(), true));
        assert_eq!(seen("0.0.0.0/0", "fd12::1", &headers), ("fd12::1".into(), false));
    }

    #[test]
    fn what_a_client_wrote_before_the_proxies_is_not_believed() {
        let chain = [(FORWARDED_FOR, "1.1.1.1, 192.0.2.7"), (FORWARDED_FOR, "10.0.0.2")];
        assert_eq!(seen("10.0.0.0/8", "10.0.0.1", &chain).0, "192.0.2.7");
        let broken = [(FORWARDED_FOR, "192.0.2.7, unknown, 10.0.0.2")];
        assert_eq!(seen("10.0.0.0/8", "10.0.0.1", &broken).0, "10.0.0.2");
        // A proxy goes on with the line that the client began.
        for (line, seen) in [
            ("\u{e9}, 192.0.2.7", "192.0.2.7"),
            ("\u{e9}, 10.0.0.3, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("192.0.2.7, \u{e9}, 10.0.0.2", "10.0.0.2"),
        ] {
            let line = http::HeaderValue::from_bytes(line.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static(FORWARDED_FOR), line)]);
            let proxies: TrustedProxies = "10.0.0.0/8".parse().unwrap();
            let (client, _) = proxies.origin("10.0.0.5".parse().unwrap(), false, &headers);
            assert_eq!(client.to_string(), seen);
        }
        let mixed = [(FORWARDED_PROTO, "https, http")];
        assert!(!seen("10.0.0.0/8", "10.0.0.1", &mixed).1);
    }

    #[test]
    fn networks_are_checked() {
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
        assert!("example.org".parse::<TrustedProxies>().is_err());
        assert!("10.0.0.1, fd00::/8".parse::<TrustedProxies>().is_ok());
    }
}
