//! reqwest on native-tls: OpenSSL here, the system's own TLS on macOS and Windows.

use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--version" {
        println!("reqwest {}", env!("REQWEST_VERSION"));
        println!("{}", openssl::version::version());
        return Ok(());
    }
    let mut builder = reqwest::blocking::Client::builder()
        .tls_backend_native()
        .no_proxy();
    if arguments[0] != "native" {
        let roots = reqwest::Certificate::from_pem_bundle(&fs::read(&arguments[0])?)?;
        builder = builder.tls_certs_only(roots);
    }
    let client = builder.build()?;
    for url in &arguments[1..] {
        println!("{}", client.get(url).send()?.text()?);
    }
    Ok(())
}
