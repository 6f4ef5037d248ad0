//! TLS for the HTTP client: rustls with ring, and the operating system's root certificates.
//!
//! Loading those roots takes milliseconds, which every start of the program would pay. They are
//! loaded when the first server shows its certificate.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// A TLS configuration that has not loaded any certificate yet.
pub(crate) fn config() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(LazyVerifier { provider: Arc::clone(&provider), loaded: OnceLock::new() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A preconfigured client does not get these from reqwest.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier, made on first use. "Dangerous" is only rustls' word for any verifier that
/// it did not make: nothing is accepted here that the platform's verifier would not accept.
#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Result<Verifier, Error>>,
}

impl LazyVerifier {
    fn verifier(&self) -> Result<&Verifier, Error> {
        self.loaded.get_or_init(|| Verifier::new(Arc::clone(&self.provider))).as_ref().map_err(Error::clone)
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        // Asked for before any certificate is seen, and the same as the platform verifier's answer.
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A self-signed certificate for `localhost`, made for this test: no trust store holds it.
    const SELF_SIGNED: &[u8] = include_bytes!("../tests/wire/answers/self-signed.der");

    fn verifier() -> LazyVerifier {
        LazyVerifier { provider: Arc::new(rustls::crypto::ring::default_provider()), loaded: OnceLock::new() }
    }

    #[test]
    fn a_certificate_that_nobody_vouches_for_is_refused() {
        let name = ServerName::try_from("localhost").expect("a valid name");
        let verdict =
            verifier().verify_server_cert(&CertificateDer::from(SELF_SIGNED), &[], &name, &[], UnixTime::now());
        assert!(verdict.is_err(), "{verdict:?}");
    }

    #[test]
    fn no_root_is_loaded_before_a_certificate_is_shown() {
        let lazy = verifier();
        assert!(!lazy.supported_verify_schemes().is_empty());
        assert!(lazy.loaded.get().is_none());
    }
}
