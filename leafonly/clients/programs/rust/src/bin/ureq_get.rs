//! ureq on rustls with the roots that it is given.

use std::{env, error::Error, fs};

use ureq::tls::{parse_pem, PemItem, RootCerts, TlsConfig};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--version" {
        println!("ureq {}", env!("UREQ_VERSION"));
        println!("rustls {}", env!("RUSTLS_VERSION"));
        return Ok(());
    }
    let mut config = ureq::Agent::config_builder().proxy(None);
    if arguments[0] != "native" {
        let roots = fs::read(&arguments[0])?;
        let roots = parse_pem(&roots).filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        });
        config = config.tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::from(roots))
                .build(),
        );
    }
    let agent = config.build().new_agent();
    for url in &arguments[1..] {
        println!("{}", agent.get(url).call()?.body_mut().read_to_string()?);
    }
    Ok(())
}
