//! reqwest as it comes: rustls, trusting what the platform trusts (here: SSL_CERT_FILE).

use std::{env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--version" {
        println!("reqwest {}", env!("REQWEST_VERSION"));
        println!("rustls {}", env!("RUSTLS_VERSION"));
        return Ok(());
    }
    let client = reqwest::blocking::Client::builder()
        .tls_backend_rustls()
        .no_proxy()
        .build()?;
    for url in &arguments[1..] {
        println!("{}", client.get(url).send()?.text()?);
    }
    Ok(())
}
