//! reqwest on rustls with the roots that it is given, and no others.

use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--version" {
        println!("reqwest {}", env!("REQWEST_VERSION"));
        println!("rustls {}", env!("RUSTLS_VERSION"));
        return Ok(());
    }
    let roots = reqwest::Certificate::from_pem_bundle(&fs::read(&arguments[0])?)?;
    let client = reqwest::blocking::Client::builder()
        .tls_backend_rustls()
        .tls_certs_only(roots)
        .no_proxy()
        .build()?;
    for url in &arguments[1..] {
        println!("{}", client.get(url).send()?.text()?);
    }
    Ok(())
}
