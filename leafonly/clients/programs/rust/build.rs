//! Hands the programs the versions that cargo resolved, for their `--version`.

use std::fs;

fn main() {
    let lock = fs::read_to_string("Cargo.lock").expect("cargo writes its lock before it builds");
    for package in lock.split("[[package]]") {
        let (name, version) = (field(package, "name"), field(package, "version"));
        if ["reqwest", "rustls", "rustls-platform-verifier", "ureq", "curl"].contains(&name) {
            let name = name.to_uppercase().replace('-', "_");
            println!("cargo:rustc-env={name}_VERSION={version}");
        }
    }
}

fn field<'a>(package: &'a str, name: &str) -> &'a str {
    let start = format!("{name} = \"");
    let line = package.lines().find_map(|line| line.strip_prefix(&start));
    line.map_or("", |rest| rest.trim_end_matches('"'))
}
