//! The curl crate with the libcurl that it brings along, on the system's OpenSSL.

use std::{env, error::Error, io, io::Write};

use curl::easy::Easy;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments[0] == "--version" {
        let libcurl = curl::Version::get();
        println!("curl {}", env!("CURL_VERSION"));
        println!("{}", libcurl.ssl_version().unwrap_or("").replace('/', " "));
        return Ok(());
    }
    let mut client = Easy::new();
    if arguments[0] != "native" {
        client.cainfo(&arguments[0])?;
    }
    client.write_function(|data| Ok(io::stdout().write(data).unwrap_or(0)))?;
    for url in &arguments[1..] {
        client.url(url)?;
        client.perform()?;
    }
    Ok(())
}
