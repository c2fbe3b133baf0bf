// For Node, Deno and Bun alike. Trust comes from the environment or the command line, as
// `fetch` leaves no other way that all three share; so TRUST is not read.
const [trust, ...urls] = process.argv.slice(2);

if (trust === '--version') {
  const { bun, deno, node, undici, boringssl, openssl } = process.versions;
  // Debian's Node.js takes its undici from another package, and does not tell its version.
  const ofNode = undici ? `undici ${undici}` : `Node.js ${node}`;
  console.log(bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : ofNode);
  console.log(boringssl ? `BoringSSL ${boringssl}` : `OpenSSL ${openssl}`);
} else {
  for (const url of urls) console.log(await (await fetch(url, { redirect: 'error' })).text());
}
